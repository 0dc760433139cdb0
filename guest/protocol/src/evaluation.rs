//! What many answers came to, as JSON has it.

use crate::model::Description;
use maasm_metrics::{Bin, CALIBRATION_BINS, Figures, Rates, Tally};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The kind of a classifier's first output, which decides how scores are made of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Scores {
    /// Logits; the scores are their softmax.
    Logits,
    /// Probabilities that add up to 1; the scores are these.
    Probabilities,
    /// Numbers between 0 and 1, each on its own, as sigmoids give; the scores are these.
    Sigmoid,
}

impl Scores {
    /// All that there are.
    pub const ALL: [Self; 3] = [Self::Logits, Self::Probabilities, Self::Sigmoid];

    /// As it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Logits => "logits",
            Self::Probabilities => "probabilities",
            Self::Sigmoid => "sigmoid",
        }
    }

    /// In words: what the output is, and what becomes of it.
    pub const fn explained(self) -> &'static str {
        match self {
            Self::Logits => "the softmax of the output, which is logits",
            Self::Probabilities => "the output, which is probabilities that add up to 1",
            Self::Sigmoid => "the output, which is a number between 0 and 1 for each class on its own",
        }
    }
}

/// One class against all others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
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
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
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

/// A figure and its interval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Estimate {
    /// The figure; none where these samples do not define it.
    pub value: Option<f64>,
    /// The interval's lower end; none where none was computed.
    pub low: Option<f64>,
    /// The interval's upper end; none where none was computed.
    pub high: Option<f64>,
}

/// A sample that could not be evaluated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Failure {
    /// Its name in the data.
    pub sample: String,
    /// Why.
    pub reason: String,
}

/// What a model answers to labelled samples, as far as it is known where they are answered one by one: the parts of a
/// report that a front without an evaluation of its own can tell. Member by member it is written as reports are.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary<'a> {
    /// The model.
    pub model: &'a str,
    /// Its version.
    pub version: &'a str,
    /// How many samples were evaluated.
    pub evaluated: u64,
    /// How many could not be.
    pub failed: u64,
    /// Figures by name, without intervals.
    pub metrics: BTreeMap<&'static str, Estimate>,
    /// The classes that are the truth or the answer of some sample, in index order.
    pub classes: Vec<Class>,
    /// The confusion matrix: its cells that are not zero, ordered by expected, then predicted class.
    pub confusions: Vec<Confusion>,
    /// The reliability curve: 15 equal parts of [0, 1].
    pub calibration: Vec<CalibrationBin>,
    /// The samples that could not be evaluated.
    pub failures: Vec<Failure>,
}

impl<'a> Summary<'a> {
    /// What these figures of a model's answers say; `confusions` counts samples by their true and their predicted class.
    pub fn new(
        model: &'a Description,
        figures: &Figures,
        confusions: &BTreeMap<(u32, u32), u64>,
        labels: impl Fn(u32) -> String,
        failures: Vec<Failure>,
    ) -> Self {
        let values = figures.values();
        let told = Figures::NAMES.into_iter().enumerate();
        let estimate = |place: usize| Estimate { value: values[place], low: None, high: None };
        Self {
            model: &model.name,
            version: &model.version,
            evaluated: confusions.values().sum(),
            failed: failures.len() as u64,
            metrics: told.map(|(place, name)| (name, estimate(place))).collect(),
            classes: figures.tally.classes().map(|index| Class::new(&figures.tally, index, labels(index))).collect(),
            confusions: cells(confusions),
            calibration: calibration(&figures.bins),
            failures,
        }
    }
}

impl Class {
    /// A class as the confusion matrix has it; what needs all scores is not known.
    pub fn new(tally: &Tally, index: u32, label: String) -> Self {
        let Rates { precision, recall, f1 } = tally.rates(index);
        let (support, predicted) = (tally.support(index), tally.predicted(index));
        Self { index, label, support, predicted, precision, recall, f1, roc_auc: None, average_precision: None }
    }
}

/// The cells of a confusion matrix, by their true and their predicted class.
pub fn cells(confusions: &BTreeMap<(u32, u32), u64>) -> Vec<Confusion> {
    let cell = |(&(expected, predicted), &count): (&(u32, u32), &u64)| Confusion { expected, predicted, count };
    confusions.iter().map(cell).collect()
}

/// A reliability curve.
pub fn calibration(bins: &[Bin]) -> Vec<CalibrationBin> {
    let part = |place: usize| place as f64 / CALIBRATION_BINS as f64;
    let bin = |(place, bin): (usize, &Bin)| {
        let share = |sum: f64| (bin.count > 0).then(|| sum / bin.count as f64);
        CalibrationBin {
            from: part(place),
            to: part(place + 1),
            count: bin.count,
            accuracy: share(bin.correct as f64),
            confidence: share(bin.confidence_sum),
        }
    };
    bins.iter().enumerate().map(bin).collect()
}
