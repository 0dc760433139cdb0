//! Rankings, evaluation counts and what they come to; no I/O. Figures have scikit-learn's names and definitions.
//!
//! # Layout
//! - `scores`: softmax and the likeliest classes of one answer
//! - `report`: what a batch of answers came to, mergeable across batches
//! - `tally`: figures of a confusion matrix; `curves`: of one class's scores; `probabilities`: of probabilities;
//!   `regression`: of numbers
//! - `outcome`: what one answer comes to; `figures`: everything that follows from many
//! - `resampling`: intervals of figures; `mcnemar`: whether two classifiers differ
#![forbid(unsafe_code)]

mod curves;
mod figures;
mod mcnemar;
mod outcome;
mod probabilities;
mod regression;
mod report;
mod resampling;
mod scores;
mod tally;

pub use curves::{average_precision, roc_auc};
pub use figures::Figures;
pub use mcnemar::mcnemar;
pub use outcome::Outcome;
pub use probabilities::{brier_score, expected_calibration_error, log_loss, top_k_accuracy};
pub use regression::Regression;
pub use report::{Bin, CALIBRATION_BINS, Report, SampleError, bin};
pub use resampling::{Biased, Resample, interval, percentile};
pub use scores::{no_number, not_finite, rank, softmax, top};
pub use tally::{Average, Rates, Tally};
