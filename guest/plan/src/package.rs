//! Card, recipe and plan together, and their binary encoding.

use crate::{Plan, PlanError, Recipe, Texts};
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// The first bytes of an encoded package.
pub const MAGIC: [u8; 8] = *b"maasmpkg";

/// Which encoding this library writes and reads. It changes when an old reader would misread a new package.
pub const FORMAT_VERSION: u32 = 2;

/// Who the model is: what `describe` tells beside inputs and outputs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// The model's name.
    pub name: String,
    /// Its semantic version.
    pub version: String,
    /// What it is, in a sentence.
    pub description: String,
    /// The licence of its weights, as an SPDX expression; empty if unknown.
    pub license: String,
    /// Where it came from, a URL or a name; empty if unknown.
    pub source: String,
    /// `sha256:` and the digest of what it was compiled from.
    pub source_digest: String,
    /// The classes' names, in the order of the output's elements; may be empty.
    pub labels: Texts,
    /// How many parameters the model has.
    pub parameters: u64,
    /// Multiply-accumulate operations of one inference.
    pub multiply_accumulates: u64,
    /// The kind of the first output, which decides how `recognize` makes scores of it.
    pub scores: Scores,
    /// The media types of the pictures that it takes, as IANA registers them; every one there is a decoder for if none is told.
    pub media: Vec<String>,
}

/// The kind of a classifier's first output.
///
/// The first two were a truth value once, whether it is logits: their order is that of the bytes that stood for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Scores {
    /// Probabilities that add up to 1. They are the scores.
    #[default]
    Probabilities,
    /// Logits. Their softmax is the scores.
    Logits,
    /// Numbers between 0 and 1, each on its own, as sigmoids give. They are the scores.
    Sigmoid,
}

/// Everything of a model but its constants.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Package {
    /// Who the model is.
    pub card: Card,
    /// How bytes become its input; without one the model has only `infer`.
    pub recipe: Option<Recipe>,
    /// What it computes.
    pub plan: Plan,
}

/// Why bytes are not a package.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The first bytes are not [`MAGIC`].
    #[error("these bytes are not a maasm package")]
    NotAPackage,
    /// Another version of the format.
    #[error("the package has format {found}, this reader knows {FORMAT_VERSION}; package the model again")]
    Version {
        /// What the package says.
        found: u32,
    },
    /// The bytes break off or make no sense.
    #[error("the package is damaged: {0}")]
    Damaged(String),
    /// The plan cannot be run.
    #[error(transparent)]
    Plan(#[from] PlanError),
}

impl Package {
    /// The binary form: [`MAGIC`], [`FORMAT_VERSION`] (little-endian), then the fields as postcard writes them.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::from(MAGIC);
        bytes.extend(FORMAT_VERSION.to_le_bytes());
        bytes.extend(postcard::to_allocvec(self).expect("a package has no part that postcard cannot write"));
        bytes
    }

    /// Reads the binary form and validates the plan.
    ///
    /// # Errors
    /// If the bytes are not a package, of another version, damaged, or hold a plan that cannot be run.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let rest = bytes.strip_prefix(&MAGIC).ok_or(DecodeError::NotAPackage)?;
        let (version, rest) = rest.split_first_chunk::<4>().ok_or(DecodeError::NotAPackage)?;
        let found = u32::from_le_bytes(*version);
        if found != FORMAT_VERSION {
            return Err(DecodeError::Version { found });
        }
        let package: Self = postcard::from_bytes(rest).map_err(|e| DecodeError::Damaged(alloc::format!("{e}")))?;
        package.plan.validate()?;
        Ok(package)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn packages_that_told_logits_as_a_truth_value_are_read_as_they_were_meant() {
        for (logits, scores) in [(false, Scores::Probabilities), (true, Scores::Logits)] {
            assert_eq!(postcard::to_allocvec(&logits).unwrap(), postcard::to_allocvec(&scores).unwrap());
        }
        let plan =
            Plan { inputs: vec![], outputs: vec![], tensors: vec![], steps: vec![], arena_len: 0, constants_len: 0 };
        let card = Card { scores: Scores::Sigmoid, ..Card::default() };
        let package = Package { card, recipe: None, plan };
        assert_eq!(Package::decode(&package.encode()), Ok(package));
    }
}
