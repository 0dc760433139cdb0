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
    /// A remote registry does not have it, or does not take it.
    #[error(transparent)]
    Remote(#[from] Box<remote::Error>),
    /// A file is no model component.
    #[error(transparent)]
    Component(#[from] LoadError),
}
