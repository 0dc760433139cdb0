//! What is done with the registry's models, whoever asks: the server and the command line.
//!
//! # Layout
//! - `publish`: a component becomes a version
//! - `deploy`: versions get a model's traffic, once they have shown that they can be loaded
//! - `route`: which version answers a request
//! - `loaded`: the versions in memory: as many as fit, loaded when they are asked for
//! - `transfer`: versions go to remote registries and come from there
//! - `error`: why there is no answer

mod deploy;
mod error;
mod loaded;
mod publish;
mod route;
mod transfer;

pub use error::Error;
pub use route::Choice;

use crate::engine::Engine;
use crate::registry::Registry;
use loaded::Loaded;

/// Models of a registry, on an engine. Cheap to clone; every clone is the same service.
#[derive(Clone)]
pub struct Service {
    registry: Registry,
    engine: Engine,
    loaded: Loaded,
}

impl Service {
    /// The registry's models on this engine, those in memory together of at most so many bytes.
    pub fn new(registry: Registry, engine: Engine, max_loaded: u64) -> Self {
        Self { registry, engine, loaded: Loaded::new(max_loaded) }
    }

    /// The registry.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// The engine.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// How many versions are in memory, and their bytes.
    pub fn in_memory(&self) -> (u64, u64) {
        self.loaded.size()
    }
}
