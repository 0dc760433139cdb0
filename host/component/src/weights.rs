//! Forms of weights.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// In which form dense weights are kept. Computing stays in f32.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum WeightFormat {
    /// 16-bit floats: half as large.
    F16,
    /// 8-bit integers with a factor for each output channel: a quarter as large.
    Int8,
    /// Those that are not zero, and a bit for each: smaller if more than a thirtieth are zeros.
    Sparse,
}
