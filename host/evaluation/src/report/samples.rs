//! Samples that are worth a look.

use serde::{Deserialize, Serialize};

/// A sample that was taken for something else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mistake {
    /// The sample's name: its path within the data.
    pub sample: String,
    /// What it truly is.
    pub expected: String,
    /// What it was taken for.
    pub predicted: String,
    /// The score of what it was taken for, 0 to 1.
    pub score: f64,
    /// The score of what it truly is, 0 to 1.
    pub expected_score: f64,
    /// A small JPEG of it as a `data:` URI; none where it cannot be drawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thumbnail: Option<String>,
}

/// A sample that could not be evaluated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The sample's name.
    pub sample: String,
    /// Why, in a sentence.
    pub reason: String,
}
