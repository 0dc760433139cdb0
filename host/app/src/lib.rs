//! What is done with the registry's models, whoever asks: the server and the command line.
//!
//! # Layout
//! - `publish`: a component becomes a version
//! - `deploy`: versions get a model's traffic, once they have shown that they can be loaded
//! - `route`: which version answers a request
//! - `execution`: a version computed by the host, through wasi-nn
//! - `loaded`: the versions in memory: as many as fit, loaded when they are asked for
//! - `check`: whether all is sound, and mending what is not
//! - `evaluate`: the truth about a version; `score`: models answer samples; `gate`: conditions for deploying
//! - `optimize`: a version becomes a smaller or faster one; `search`: which recipe suits it best; `compiler`: the process that makes components; `timing`: how
//!   long two versions take, side by side
//! - `tune`: a classifier gets a last layer for other labels
//! - `transfer`: versions go to remote registries and come from there
//! - `error`: why there is no answer

mod check;
mod compiler;
mod deploy;
mod error;
mod evaluate;
mod execution;
mod gate;
mod loaded;
mod optimize;
mod problem;
mod publish;
mod route;
mod score;
mod search;
pub mod tensors;
mod timing;
mod transfer;
mod tune;

pub use compiler::{Compiler, Job, Message, SUBCOMMAND, within};
pub use error::{Error, Why};
pub use evaluate::Evaluate;
pub use execution::NnOptions;
pub use maasm_tuning::thresholds::Target;
pub use optimize::{Difference, Optimize, Optimized};
pub use problem::of;
pub use route::Choice;
pub use search::Bounds;
pub use timing::SideBySide;
pub use tune::{Tune, TunedVersion, put_aside};

use execution::Backends;
use loaded::Loaded;
use maasm_engine::{CachePolicy, Engine, EngineError, EngineOptions};
use maasm_registry::Registry;

/// Models of a registry, on an engine. Cheap to clone; every clone is the same service.
#[derive(Clone)]
pub struct Service {
    registry: Registry,
    engine: Engine,
    loaded: Loaded,
    backends: Backends,
}

impl Service {
    /// The registry's models on this engine, those in memory together of at most so many bytes.
    pub fn new(registry: Registry, engine: Engine, max_loaded: u64) -> Self {
        Self { registry, engine, loaded: Loaded::new(max_loaded), backends: Backends::default() }
    }

    /// The registry's models on an engine of their own, which keeps compiled code in the registry's folder, if that one
    /// stays and the environment names no other.
    ///
    /// # Errors
    /// If there is no engine with these options.
    pub fn start(registry: Registry, mut options: EngineOptions, max_loaded: u64) -> Result<Self, EngineError> {
        if !registry.is_temporary() && CachePolicy::of_environment().is_none() {
            options.cache = CachePolicy::Directory(registry.code_folder());
        }
        Ok(Self::new(registry, Engine::new(options)?, max_loaded))
    }

    /// The same, where the host computes so.
    #[must_use]
    pub fn with_nn(self, options: NnOptions) -> Self {
        Self { backends: Backends::new(options), ..self }
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
