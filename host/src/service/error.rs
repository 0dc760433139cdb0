//! Why there is no answer.

use crate::engine::LoadError;
use crate::registry;
use crate::registry::oci::remote;
use semver::Version;
use std::sync::Arc;

/// Why something could not be done with a version.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The registry refuses it.
    #[error(transparent)]
    Registry(#[from] registry::Error),
    /// The version cannot be loaded, and is in quarantine now.
    #[error("{name} {version} cannot be loaded: {error}")]
    Load {
        /// The model.
        name: String,
        /// The version.
        version: Version,
        /// Why.
        error: Arc<LoadError>,
    },
    /// The version can be loaded, but not computed as its deployment says.
    #[error("{name} {version} cannot be computed through wasi-nn: {reason}")]
    Execution {
        /// The model.
        name: String,
        /// The version.
        version: Version,
        /// Why.
        reason: String,
    },
    /// A remote registry does not have it, or does not take it.
    #[error(transparent)]
    Remote(#[from] Box<remote::Error>),
    /// The data does not suit the model, or it cannot be evaluated.
    #[error("{0}")]
    Evaluation(String),
    /// The version cannot be optimised so.
    #[error("{0}")]
    Optimization(String),
    /// The version does not meet the condition under which it may be deployed.
    #[error("{name} {version} is not deployed, since `{gate}` does not hold: {reason}")]
    Gate {
        /// The model.
        name: String,
        /// The version.
        version: Version,
        /// The condition.
        gate: String,
        /// Why it does not hold.
        reason: String,
    },
    /// A file is no model component.
    #[error(transparent)]
    Component(#[from] LoadError),
}
