//! What was evaluated on what, where.

use serde::{Deserialize, Serialize};

/// The model that was evaluated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// `sha256:` and the digest of the component.
    pub digest: String,
    /// `sha256:` and the digest of what the component was compiled from; empty if unknown.
    pub source_digest: String,
    /// The component's size in bytes.
    pub size: u64,
    /// How many parameters it has.
    pub parameters: u64,
    /// Multiply-accumulate operations of one inference.
    pub multiply_accumulates: u64,
}

/// The data that it was evaluated on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Data {
    /// Its name where it is registered, else where it was read from.
    pub name: String,
    /// `sha256:` and the digest of all samples and their truth, in order.
    pub digest: String,
    /// How many samples there are.
    pub samples: u64,
}

/// Where it ran.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// The version of maasm.
    pub maasm: String,
    /// `linux`, `macos`, `windows`.
    pub os: String,
    /// `x86_64`, `aarch64`.
    pub architecture: String,
    /// What the processor calls itself; empty if it does not say.
    pub processor: String,
}
