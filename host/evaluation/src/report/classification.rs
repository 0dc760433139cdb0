//! What there is to tell of single answers where they are classes.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A wrong answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Mistake {
    /// The sample's name in the data.
    pub sample: String,
    /// The true class's name.
    pub expected: String,
    /// The name of the class with the highest score.
    pub predicted: String,
    /// The highest score.
    pub score: f32,
    /// The true class's score.
    pub expected_score: f32,
    /// The sample as a small picture, a `data:` URL; none if it is no picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thumbnail: Option<String>,
}
