//! Models become smaller and faster.
//!
//! # Layout
//! - `recipe`: what is done
//! - `apply`: a graph and a recipe become a plan
//! - `samples`: pictures that show the ranges of values

mod apply;
mod recipe;
mod samples;

pub use apply::{Applied, apply, restructure};
pub use recipe::{Quantization, Recipe, Tuned};
pub use samples::Samples;
