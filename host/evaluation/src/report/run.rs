//! How long an evaluation took, where.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How long it took, where.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Run {
    /// When it ended, in RFC 3339.
    pub ended: String,
    /// The machine.
    pub host: Host,
    /// How many threads evaluated samples.
    pub threads: u32,
    /// How long this process evaluated samples, in seconds.
    pub seconds: f64,
    /// Samples that this process evaluated, in a second.
    pub throughput: f64,
    /// How many samples an earlier process had evaluated before this one went on.
    pub resumed: u64,
    /// The most memory that the process had, in bytes; none where the system does not tell.
    pub peak_memory: Option<u64>,
    /// How long samples took; none if none was evaluated.
    pub latency: Option<Latency>,
}

/// A machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Host {
    /// The version of maasm.
    pub maasm: String,
    /// The operating system.
    pub system: String,
    /// The processor's architecture.
    pub architecture: String,
    /// How many processors the process may use.
    pub processors: u32,
}

/// How long samples took, from bytes to ranked answer, in milliseconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Latency {
    /// Half of them took at most this.
    pub p50: f64,
    /// Nine tenths took at most this.
    pub p90: f64,
    /// 95 of 100 took at most this.
    pub p95: f64,
    /// 99 of 100 took at most this.
    pub p99: f64,
    /// The mean.
    pub mean: f64,
    /// The mean time for decoding the bytes.
    pub decode: f64,
    /// The mean time for making the input tensor.
    pub preprocess: f64,
    /// The mean time for running the model.
    pub inference: f64,
    /// How many took how long.
    pub histogram: Vec<Bucket>,
}

/// The samples that took about equally long.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Bucket {
    /// Where it begins, in milliseconds.
    pub from: f64,
    /// Where it ends, in milliseconds.
    pub to: f64,
    /// How many samples.
    pub count: u64,
}
