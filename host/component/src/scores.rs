//! The kind of scores that a user says a model has.

use maasm_plan::Scores;
use serde::{Deserialize, Serialize};

/// The kind of outputs that a user says a model has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum ScoreKind {
    /// Found by what the model computes
    #[default]
    Auto,
    /// Logits: scores are their softmax
    Logits,
    /// Probabilities that add up to 1: scores are these
    Probabilities,
    /// Numbers between 0 and 1, each on its own: scores are these
    Sigmoid,
}

impl ScoreKind {
    /// The kind, unless it is to be found.
    pub fn scores(self) -> Option<Scores> {
        match self {
            Self::Auto => None,
            Self::Logits => Some(Scores::Logits),
            Self::Probabilities => Some(Scores::Probabilities),
            Self::Sigmoid => Some(Scores::Sigmoid),
        }
    }
}
