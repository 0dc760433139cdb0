//! Why there is no component.

/// Why there is no component.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The name is not one that URLs and registries take.
    #[error(
        "{0:?} cannot be a model's name; use lower-case letters, digits, '.', '_' and '-', at most 128, the first a letter or digit"
    )]
    Name(String),
    /// The version is not semantic.
    #[error("{version:?} is not a semantic version ({reason}); write it like 1.0.0")]
    Version {
        /// What was given.
        version: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The licence is not an SPDX expression.
    #[error("{license:?} is not an SPDX licence expression ({reason}); write it like Apache-2.0")]
    License {
        /// What was given.
        license: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The labels and the classes differ in number.
    #[error("there are {labels} labels, but the model has {classes} classes")]
    Labels {
        /// How many labels were given.
        labels: usize,
        /// How many classes the first output has.
        classes: u64,
    },
    /// The model's own checks refuse it; says why.
    #[error("the model cannot be packaged: {0}")]
    Refused(String),
    /// The template does not work as it should.
    #[error("the component template failed: {0}")]
    Template(String),
    /// It does not fit into a component.
    #[error(
        "the model has {weights} bytes of weights and {activations} of activations, a component has at most {MAX_WEIGHTS}, {MAX_ACTIVATIONS}, and {MAX_MEMORY} for both"
    )]
    TooLarge {
        /// Bytes of weights.
        weights: u64,
        /// Bytes of activations.
        activations: u64,
    },
}

/// What a component's weights may take at most, in bytes: engines refuse modules of more than 1 GiB, and the code
/// needs its part of it.
pub(super) const MAX_WEIGHTS: u64 = (1 << 30) - (4 << 20);

/// What activations may take at most, in bytes: they lie in one piece, and pieces of more than half of the memory cannot be
/// addressed from one end to the other.
pub(super) const MAX_ACTIVATIONS: u64 = (2 << 30) - (1 << 16);

/// What weights and activations may take together, in bytes: 32-bit memory, less the model's own stack and heap and
/// room for a picture.
pub(super) const MAX_MEMORY: u64 = (4 << 30) - (512 << 20);
