//! Models become smaller and faster.
//!
//! # Layout
//! - `recipe`: what is done
//! - `restructure`: a graph becomes another one; `apply`: that becomes a plan
//! - `samples`: pictures that show the ranges of values

mod apply;
mod recipe;
mod restructure;
mod samples;

pub use apply::{Applied, apply};
pub use recipe::{Quantization, Recipe, Threshold, Tuned};
pub use restructure::{Head, features, restructure, with_head};
pub use samples::Samples;
