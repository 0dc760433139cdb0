//! What a test is counted with.

use serde::{Deserialize, Serialize};

/// What a test is counted with: what no engine for tensors of numbers has is counted apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Category {
    /// Everything else.
    Ordinary,
    /// LSTM, GRU, RNN, Scan, Loop.
    Recurrent,
    /// What is expected was drawn at random: only types and shapes are compared.
    Random,
    /// Lists of tensors.
    Sequence,
    /// Values that may be missing.
    Optional,
    /// Tensors of text.
    String,
    /// Steps of optimisers.
    Training,
}

impl Category {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Ordinary, Self::Recurrent, Self::Random, Self::Sequence, Self::Optional, Self::String, Self::Training];

    /// The category of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|category| category.name() == name)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ordinary => "ordinary",
            Self::Recurrent => "recurrent",
            Self::Random => "random",
            Self::Sequence => "sequence",
            Self::Optional => "optional",
            Self::String => "string",
            Self::Training => "training",
        }
    }
}
