//! Figures of each class, confusions, the reliability curve.

use serde::{Deserialize, Serialize};

/// One class against all others, as scikit-learn counts it. A figure is none where scikit-learn calls it ill-defined.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClassFigures {
    /// The class's index.
    pub index: u32,
    /// What it is called.
    pub label: String,
    /// How many samples truly belong to it.
    pub support: u64,
    /// How many samples were taken for it.
    pub predicted: u64,
    /// The share of those taken for it that belong to it.
    pub precision: Option<f64>,
    /// The share of those that belong to it that were taken for it.
    pub recall: Option<f64>,
    /// The harmonic mean of both.
    pub f1: Option<f64>,
    /// The area under the receiver operating characteristic of its score.
    pub roc_auc: Option<f64>,
    /// The average precision of its score.
    pub average_precision: Option<f64>,
}

/// How often samples of one class were taken for another, or rightly for their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confusion {
    /// The true class.
    pub expected: u32,
    /// The class with the highest score.
    pub predicted: u32,
    /// How many samples.
    pub count: u64,
}

/// The samples whose highest score lies in one part of [0, 1].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CalibrationBin {
    /// Where it begins.
    pub from: f64,
    /// Where it ends.
    pub to: f64,
    /// How many samples.
    pub count: u64,
    /// The share of them that was right; none without samples.
    pub accuracy: Option<f64>,
    /// The mean of their highest scores; none without samples.
    pub confidence: Option<f64>,
}
