//! What an evaluation came to, as data. Its JSON is the report that is stored with a version and sent over HTTP.
//!
//! Everything but `run` follows from the model, the data and the seed alone: two evaluations of the same are equal to the
//! byte there, however many threads there were and however often they were interrupted.
//!
//! # Layout
//! - `identity`: what was evaluated on what, where; `estimate`: a figure with its interval
//! - `classes`: figures of each class, confusions, the reliability curve; `samples`: samples that are worth a look
//! - `comparison`: two versions on the same samples
//! - `timings`: how long it took

mod classes;
mod comparison;
mod estimate;
mod identity;
mod samples;
mod timings;

pub use classes::{CalibrationBin, ClassFigures, Confusion};
pub use comparison::{Comparison, Difference, Flip, Flips, McNemar};
pub use estimate::Estimate;
pub use identity::{Data, Machine, Subject};
pub use samples::{Failure, Mistake};
pub use timings::{HistogramBin, Latency, Run};

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What the reports of this version of the schema say of themselves.
pub const SCHEMA: &str = "maasm-evaluation/1";

/// What an evaluation came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: String,
    /// What was evaluated.
    pub model: Subject,
    /// What it was evaluated on.
    pub data: Data,
    /// What seeds the resampling behind the intervals.
    pub seed: u64,
    /// How often the samples were drawn anew for the intervals.
    pub resamples: u32,
    /// How many samples were evaluated.
    pub evaluated: u64,
    /// How many could not be; the first of them are in `failures`.
    pub failed: u64,
    /// Figures of the whole by name. Of a classifier: `accuracy`, `top_5_accuracy`, `balanced_accuracy`,
    /// `precision_macro`, `recall_macro`, `f1_macro` (and `_micro`, `_weighted`), `cohen_kappa`, `matthews_corrcoef`,
    /// `roc_auc_ovr_macro`, `average_precision_macro`, `log_loss`, `brier_score`, `expected_calibration_error`. Of other
    /// models: `mean_absolute_error`, `root_mean_squared_error`, `r2`, `cosine_similarity`.
    pub metrics: BTreeMap<String, Estimate>,
    /// Figures of each class that is in the data or was answered, by index. Empty for a model that is no classifier.
    pub classes: Vec<ClassFigures>,
    /// The non-empty cells of the confusion matrix, by expected, then predicted class.
    pub confusions: Vec<Confusion>,
    /// The reliability curve: 15 equal parts of [0, 1].
    pub calibration: Vec<CalibrationBin>,
    /// The mistakes that the model was surest of, surest first; at most 24.
    pub mistakes: Vec<Mistake>,
    /// The first 100 samples that could not be evaluated, in the data's order.
    pub failures: Vec<Failure>,
    /// How it compares with another version, if that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comparison: Option<Comparison>,
    /// When, where and how fast: what differs from run to run.
    pub run: Run,
}
