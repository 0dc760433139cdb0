//! Rankings and evaluation counts; no I/O.
//!
//! # Layout
//! - `scores`: softmax and the likeliest classes of one answer
//! - `report`: what a batch of answers came to, mergeable across batches
#![forbid(unsafe_code)]

mod report;
mod scores;

pub use report::{Bin, CALIBRATION_BINS, Report, SampleError};
pub use scores::{softmax, top};
