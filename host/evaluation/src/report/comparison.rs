//! Two versions on the same samples.

use super::{Estimate, Subject};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How the version compares with another, the baseline, on the samples that both could evaluate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// The other version.
    pub baseline: Subject,
    /// The digest of the data that the baseline was evaluated on.
    pub baseline_data: String,
    /// Whether both saw the same data. Different data is only compared where that was forced.
    pub same_data: bool,
    /// How many samples both evaluated. 0 where the data differs: then only the metrics themselves are compared.
    pub samples: u64,
    /// The share of these samples whose most likely class is the same; none for a model that is no classifier.
    pub agreement: Option<f64>,
    /// The metrics of both, by name.
    pub differences: BTreeMap<String, Difference>,
    /// Which samples changed sides.
    pub flips: Flips,
    /// Whether the changes of side could be chance; none where nothing changed or the data differs.
    pub mcnemar: Option<McNemar>,
    /// This version's 50th percentile of latency divided by the baseline's, where both were timed in this run.
    pub latency_ratio: Option<f64>,
}

/// A metric of both versions.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// The baseline's.
    pub baseline: Option<f64>,
    /// This version's.
    pub value: Option<f64>,
    /// This version's less the baseline's, with the interval of paired resampling.
    pub difference: Estimate,
}

/// Samples that one version gets right and the other wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Flips {
    /// How many the baseline got right and this version gets wrong.
    pub lost: u64,
    /// How many the baseline got wrong and this version gets right.
    pub won: u64,
    /// The first 50 that were lost.
    pub lost_samples: Vec<Flip>,
    /// The first 50 that were won.
    pub won_samples: Vec<Flip>,
}

/// A sample that changed sides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flip {
    /// The sample's name.
    pub sample: String,
    /// What it truly is.
    pub expected: String,
    /// What the baseline took it for.
    pub baseline: String,
    /// What this version takes it for.
    pub predicted: String,
}

/// McNemar's test (McNemar 1947), exact: the binomial test of the samples that changed sides.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct McNemar {
    /// The smaller of won and lost.
    pub statistic: u64,
    /// How likely so uneven a split is if neither version is better.
    pub p_value: f64,
}
