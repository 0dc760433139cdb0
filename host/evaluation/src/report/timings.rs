//! When, where and how fast: what differs from run to run.

use super::Machine;
use serde::{Deserialize, Serialize};

/// A run of an evaluation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// When it ended, RFC 3339 in UTC.
    pub created: String,
    /// Where.
    pub machine: Machine,
    /// How many threads there were.
    pub threads: u32,
    /// How many samples were taken over from a run that was interrupted.
    pub resumed: u64,
    /// How long it took, in seconds, without what was taken over.
    pub seconds: f64,
    /// Samples per second, without what was taken over.
    pub throughput: f64,
    /// The most memory that the process held, in bytes; none where the system does not say.
    pub peak_memory: Option<u64>,
    /// How long single samples took; none without samples.
    pub latency: Option<Latency>,
}

/// How long single samples took, in milliseconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Latency {
    /// The mean.
    pub mean: f64,
    /// Half were quicker.
    pub p50: f64,
    /// Nine in ten were.
    pub p90: f64,
    /// Nineteen in twenty were.
    pub p95: f64,
    /// Ninety-nine in a hundred were.
    pub p99: f64,
    /// The slowest.
    pub max: f64,
    /// 24 equal parts of the time from the quickest to the 99.5th percentile; slower ones are in the last.
    pub histogram: Vec<HistogramBin>,
}

/// Samples that took about as long.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct HistogramBin {
    /// From, in milliseconds.
    pub from: f64,
    /// To, in milliseconds.
    pub to: f64,
    /// How many.
    pub count: u64,
}
