//! What an evaluation came to, as JSON has it. All of it but `run` is the same whenever the same model sees the same data
//! with the same seed.
//!
//! # Layout
//! - `classification`: what there is to tell where answers are classes
//! - `comparison`: two versions on the same samples
//! - `run`: how long it took, where

mod classification;
mod comparison;
mod run;
mod search;

pub use classification::Mistake;
pub use comparison::{Change, Comparison, Flip, McNemar};
pub use maasm_protocol::evaluation::{CalibrationBin, Class, Confusion, Estimate, Failure, Scores};
pub use run::{Bucket, Host, Latency, Run};
pub use search::{Candidate, Search};

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What [`Report::schema`] says.
pub const SCHEMA: &str = "maasm-evaluation/1";

/// The truth about one version of a model on one data set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Report {
    /// Which form this document has: `maasm-evaluation/1`.
    pub schema: String,
    /// The model.
    pub model: Subject,
    /// The data.
    pub data: Data,
    /// What the truth is about.
    pub task: Task,
    /// The kind of the model's outputs, of which scores are made; absent from older reports and
    /// where the truth is numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scores: Option<Scores>,
    /// How intervals were found.
    pub intervals: Intervals,
    /// How many samples were evaluated.
    pub evaluated: u64,
    /// How many could not be.
    pub failed: u64,
    /// Figures by name. Classification: `accuracy`, `top_5_accuracy`, `balanced_accuracy`, `cohen_kappa`,
    /// `matthews_corrcoef`, `precision_macro`, `recall_macro`, `f1_macro`, the same with `_micro` and `_weighted`,
    /// `roc_auc_macro` (one class against the rest), `average_precision_macro`, `log_loss`, `brier_score`,
    /// `expected_calibration_error`. Numbers: `mean_absolute_error`, `root_mean_squared_error`, `r2`,
    /// `cosine_similarity`. Names and definitions are scikit-learn's.
    pub metrics: BTreeMap<String, Estimate>,
    /// The classes that are the truth or the answer of some sample, in index order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<Class>,
    /// The confusion matrix: its cells that are not zero, ordered by expected, then predicted class.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub confusions: Vec<Confusion>,
    /// The reliability curve: 15 equal parts of [0, 1].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calibration: Vec<CalibrationBin>,
    /// The most confident wrong answers, the most confident first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mistakes: Vec<Mistake>,
    /// The first of the samples that could not be evaluated, in the data's order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<Failure>,
    /// What another version says about the same samples.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comparison: Option<Comparison>,
    /// How the version was found among others, if it was searched for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<Search>,
    /// How long it took, where. The only part that differs from run to run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<Run>,
}

/// What was evaluated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Subject {
    /// The model's name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// `sha256:` and the digest of the component.
    pub digest: String,
    /// `sha256:` and the digest of what it was compiled from.
    pub source_digest: String,
    /// The component's size in bytes.
    pub size: u64,
    /// How many parameters it has.
    pub parameters: u64,
}

/// On what it was evaluated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Data {
    /// What the data set is called.
    pub name: String,
    /// `sha256:` and the digest of its samples' names, truths and bytes.
    pub digest: String,
    /// How many samples it has.
    pub samples: u64,
}

/// What the truth is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Task {
    /// Each sample belongs to one class.
    Classification,
    /// Each sample has numbers.
    Regression,
}

/// The method for intervals: the bootstrap (Efron 1979), between percentiles, which are moved by as much as drawing again
/// moves the figure on average.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Intervals {
    /// How likely they hold the figure: 0.95.
    pub confidence: f64,
    /// How often the samples were drawn again.
    pub resamples: u32,
    /// What the draws began with.
    pub seed: u64,
    /// Reasons for missing intervals, by the figures' names; a difference of two versions' figures has none for the same reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub omitted: BTreeMap<String, String>,
}

impl Report {
    /// Compares the figures with those of another report; nothing is known of single samples then.
    ///
    /// # Errors
    /// If the reports are about different data, unless that is asked for by `force`; then the comparison says so.
    pub fn compare_with(&mut self, baseline: &Self, force: bool) -> Result<(), String> {
        let differ = (self.data.digest != baseline.data.digest).then(|| {
            let (own, other) = (&self.data, &baseline.data);
            format!("this is about {} ({}), the other about {} ({})", own.name, own.digest, other.name, other.digest)
        });
        if let (Some(differ), false) = (&differ, force) {
            return Err(format!("the reports are about different data: {differ}; --force compares them nevertheless"));
        }
        let change = |(name, own): (&String, &Estimate)| {
            let baseline = baseline.metric(name);
            let value = own.value.zip(baseline).map(|(own, other)| own - other);
            let difference = Estimate { value, low: None, high: None };
            (name.clone(), Change { value: own.value, baseline, difference })
        };
        self.comparison = Some(Comparison {
            baseline: baseline.model.clone(),
            samples: self.evaluated,
            metrics: self.metrics.iter().map(change).collect(),
            agreement: None,
            mcnemar: None,
            gained: Vec::new(),
            lost: Vec::new(),
            forced: differ,
        });
        Ok(())
    }

    /// The figure of this name.
    pub fn metric(&self, name: &str) -> Option<f64> {
        self.metrics.get(name)?.value
    }
}
