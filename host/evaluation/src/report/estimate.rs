//! A figure with its interval.

use serde::{Deserialize, Serialize};

/// A figure and the 95 % interval that resampling the samples gives it (percentile bootstrap).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The figure; none where it is not defined, such as the area under a curve of one class.
    pub value: Option<f64>,
    /// The lower end; none where no interval was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low: Option<f64>,
    /// The upper end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
}
