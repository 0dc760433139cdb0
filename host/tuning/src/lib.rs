//! Fits a classifier head on frozen features and calibrates classifiers. Numbers in, numbers out: knows neither ONNX nor
//! engines, reads no clock and draws nothing that a seed does not say. Names and definitions are scikit-learn's.
//!
//! The same input gives the same bits on one machine. Between machines with and without fused multiply-add the last bits
//! of a fit may differ, because products of matrices use it where there is one.
//!
//! # Layout
//! - `matrix`, `labels`, `error`: what may come in, checked once
//! - `logistic/`: multinomial logistic regression; `head`: the layer that comes of it
//! - `split/`: a part to test on, and folds
//! - `select`: how strongly to regularise, by cross-validation
//! - `temperature`, `thresholds`: calibration of what a classifier says; `loss`: the log loss of logits
#![forbid(unsafe_code)]

mod error;
mod head;
mod labels;
pub mod logistic;
mod loss;
mod matrix;
pub mod select;
pub mod split;
pub mod temperature;
pub mod thresholds;

pub use error::Error;
pub use head::Head;
pub use matrix::Matrix;
