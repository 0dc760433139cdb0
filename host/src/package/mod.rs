//! Plan and template become a component.

use crate::compile::Compiled;
use maasm_plan::{Card, Recipe};

/// Which vector instructions the component's code uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Simd {
    /// SIMD and relaxed SIMD: faster, for hosts that have both.
    #[default]
    Relaxed,
    /// SIMD alone.
    Plain,
}

/// Why there is no component.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The version is not semantic.
    #[error("{version:?} is not a semantic version ({reason}); write it like 1.0.0")]
    Version {
        /// What was given.
        version: String,
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
    /// The template refuses the package; says why.
    #[error("the model cannot be packaged: {0}")]
    Refused(String),
    /// The template does not work as it should.
    #[error("the component template failed: {0}")]
    Template(String),
    /// It does not fit into 32-bit memory.
    #[error("the model needs {needed} bytes of memory, a component has at most 4294967296")]
    TooLarge {
        /// Bytes of weights and activations.
        needed: u64,
    },
}

/// Makes a component of a compiled model. The same input gives the same bytes.
///
/// # Errors
/// If card, recipe and plan do not go together, or the model does not fit into a component.
pub fn package(compiled: &Compiled, card: Card, recipe: Option<Recipe>, simd: Simd) -> Result<Vec<u8>, Error> {
    let _ = (compiled, card, recipe, simd);
    todo!()
}
