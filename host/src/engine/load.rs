//! Bytes on disk become a checked, compiled [`Model`].

use super::{EngineError, EngineOptions, LoadError, Model};
use std::path::Path;
use std::time::Duration;

/// Where components are compiled and instances live. Cheap to clone; every clone is the same engine.
#[derive(Clone)]
pub struct Engine {
    options: EngineOptions,
}

/// How a model was loaded.
#[derive(Clone, Debug)]
pub struct Loading {
    /// `sha256:` and the digest of the component's bytes.
    pub digest: String,
    /// The component's size in bytes.
    pub size: u64,
    /// How long compiling took; none if the code came from the cache.
    pub compiled_in: Option<Duration>,
    /// How long loading took altogether.
    pub loaded_in: Duration,
}

impl Engine {
    /// Sets up an engine.
    ///
    /// # Errors
    /// If the machine does not give what the options ask for.
    pub fn new(options: EngineOptions) -> Result<Self, EngineError> {
        Ok(Self { options })
    }

    /// What calls may take.
    pub fn options(&self) -> &EngineOptions {
        &self.options
    }

    /// Loads a component, from the cache where that holds its code.
    ///
    /// # Errors
    /// If the file is not a sound model component.
    pub fn load(&self, path: &Path) -> Result<Model, LoadError> {
        let _ = path;
        todo!()
    }
}
