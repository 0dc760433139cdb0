//! Two versions on the same samples.

use super::{Estimate, Subject};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// How another version, the baseline, answers the same samples.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Comparison {
    /// The baseline.
    pub baseline: Subject,
    /// How many samples both could evaluate; everything here is about these.
    pub samples: u64,
    /// Both versions' figures, and their difference, by the names of `metrics`.
    pub metrics: BTreeMap<String, Change>,
    /// The share of samples that both answer alike; none where answers are numbers.
    pub agreement: Option<f64>,
    /// Whether one of them is better by more than luck; none where answers are numbers.
    pub mcnemar: Option<McNemar>,
    /// Samples that only this version answers rightly: the first 100 in the data's order.
    pub gained: Vec<Flip>,
    /// Samples that only the baseline answers rightly: the first 100 in the data's order.
    pub lost: Vec<Flip>,
    /// What differs between the data that the two reports are about, where they were compared by force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forced: Option<String>,
}

/// A figure of both versions.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Change {
    /// This version's figure.
    pub value: Option<f64>,
    /// The baseline's.
    pub baseline: Option<f64>,
    /// This version's less the baseline's; the interval is of both on the same draws.
    pub difference: Estimate,
}

/// McNemar's exact test (McNemar 1947).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct McNemar {
    /// How many samples only this version answers rightly.
    pub gained: u64,
    /// How many samples only the baseline answers rightly.
    pub lost: u64,
    /// How likely a split as uneven as this, or more, is if neither is better.
    pub p_value: f64,
}

/// A sample that one version answers rightly and the other does not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Flip {
    /// The sample's name in the data.
    pub sample: String,
    /// The true class's name.
    pub expected: String,
    /// What the baseline answers.
    pub before: String,
    /// What this version answers.
    pub after: String,
}
