//! Models become smaller and faster.
//!
//! # Layout
//! - `restructure`: a graph becomes another one; `apply`: that becomes a plan
//! - `samples`: pictures that show the ranges of values

mod apply;
mod restructure;
mod samples;

pub use apply::{Applied, apply};
pub use restructure::{Head, features, restructure, with_head};
pub use samples::Samples;
