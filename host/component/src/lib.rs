//! Facts about a component that every part of the host shares; knows neither compiler nor engine.
//!
//! # Layout
//! - `recipe`: how a model is made smaller or faster; `ranges`, `weights`, `format`: what it names
//! - `scores`: the kind of scores that a user says a model has
//! - `name`: names of models
//! - `seal`: the digest at the end of a component

#![forbid(unsafe_code)]

mod format;
mod name;
mod ranges;
mod recipe;
mod scores;
pub mod seal;
mod weights;

pub use format::Format;
pub use name::is_name;
pub use ranges::Ranges;
pub use recipe::{Quantization, Recipe, Threshold, Tuned};
pub use scores::ScoreKind;
pub use weights::WeightFormat;
