//! What a version says of itself, and where it came from.

use super::digest::Digest;
use maasm_component::{Recipe, Tuned};
use maasm_protocol::evaluation::Scores;
use semver::Version;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a component says of itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Facts {
    /// The model's name.
    pub name: String,
    /// The version.
    #[schema(value_type = String, example = "1.0.0")]
    pub version: Version,
    /// What it is, in a sentence; may be empty.
    pub description: String,
    /// The licence of its weights, an SPDX expression; empty if unknown.
    pub license: String,
    /// Where it came from; empty if unknown.
    pub source: String,
    /// `sha256:` and the digest of what it was compiled from.
    pub source_digest: String,
    /// `blake3:` and the digest of its bytes.
    pub digest: String,
    /// How many parameters it has.
    pub parameters: u64,
    /// Multiply-accumulate operations of one inference.
    pub multiply_accumulates: u64,
    /// What it takes.
    pub inputs: Vec<Port>,
    /// What it gives.
    pub outputs: Vec<Port>,
    /// The media types that it takes; none if it takes tensors only.
    pub accepts: Vec<String>,
    /// How many classes have names.
    pub labels: u64,
    /// The kind of the first output, of which scores are made; none if it is no list of classes, or the component does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scores: Option<Scores>,
}

/// A tensor that a model takes or gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Port {
    /// Its name.
    pub name: String,
    /// The type of its elements.
    pub r#type: String,
    /// The extent of each axis.
    pub shape: Vec<u32>,
}

/// Where a version came from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Provenance {
    /// The id of the key that published it; `local` for the command line, `anonymous` for an open server.
    pub by: String,
    /// How it was made: from what, and with what options.
    pub how: String,
    /// The version that it was made from, if it was made from one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// How it was made smaller or faster than its parent, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipe: Option<Made>,
    /// The ONNX file that it was compiled from, among the blobs, if that is kept: what can be optimised further. It is
    /// neither pushed nor pulled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub model: Option<Digest>,
}

/// By what recipe a version was made of its parent, with what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Made {
    /// What was done.
    #[serde(flatten)]
    pub recipe: Recipe,
    /// The samples that showed the ranges of values: `sha256:` and a digest as data sets have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibration: Option<String>,
    /// How a head was fitted for other labels, if one was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tuning: Option<Tuned>,
}
