//! Methods that find the range of a tensor's values.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How it is found which part is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Ranges {
    /// For each tensor the one with the smallest mean squared error, of the whole range and smaller ones
    #[default]
    MeanSquaredError,
    /// All of it
    MinMax,
    /// All but one value in ten thousand
    Percentile,
    /// The one that loses the least information (Kullback-Leibler divergence; Migacz 2017)
    Entropy,
}
