//! What there is to tell where answers are classes.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One class against all others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Class {
    /// Its index.
    pub index: u32,
    /// Its name; its index in decimal digits where the model has no names.
    pub label: String,
    /// How many samples belong to it.
    pub support: u64,
    /// How many samples were taken for it.
    pub predicted: u64,
    /// The share of what was taken for it that belongs to it; none if nothing was.
    pub precision: Option<f64>,
    /// The share of what belongs to it that was taken for it; none if nothing does.
    pub recall: Option<f64>,
    /// The harmonic mean of both.
    pub f1: Option<f64>,
    /// The area under its receiver operating characteristic; none unless some samples belong to it and some do not.
    pub roc_auc: Option<f64>,
    /// Its average precision; none if no sample belongs to it.
    pub average_precision: Option<f64>,
}

/// A cell of the confusion matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Confusion {
    /// The true class.
    pub expected: u32,
    /// The class with the highest score.
    pub predicted: u32,
    /// How many samples.
    pub count: u64,
}

/// The samples whose highest score lies in one part of [0, 1].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CalibrationBin {
    /// Where the part begins.
    pub from: f64,
    /// Where it ends.
    pub to: f64,
    /// How many samples.
    pub count: u64,
    /// The share of them that was right; none if there are none.
    pub accuracy: Option<f64>,
    /// The mean of their highest scores; none if there are none.
    pub confidence: Option<f64>,
}

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
