//! The versions in memory: as many as fit, loaded when they are asked for, each once however many ask.

use crate::engine::{Engine, LoadError, Model};
use crate::registry::digest::Digest;
use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use std::path::Path;
use std::sync::Arc;

/// What sizes are counted in: the cache's weights have 32 bits.
const UNIT: u64 = 1024;

/// Models by their component's digest; the one that was not used longest goes first. One that goes while it is used is
/// gone when its last user is.
#[derive(Clone)]
pub struct Loaded {
    models: Cache<Digest, Model>,
}

impl Loaded {
    pub fn new(bytes: u64) -> Self {
        let weight = |_: &Digest, model: &Model| u32::try_from(model.loading().size / UNIT + 1).unwrap_or(u32::MAX);
        let models = Cache::builder()
            .eviction_policy(EvictionPolicy::lru())
            .weigher(weight)
            .max_capacity(bytes.div_ceil(UNIT))
            .build();
        Self { models }
    }

    /// The model of this component, which is loaded from its file if it is not in memory. Blocks while it is.
    pub fn get(&self, engine: &Engine, digest: &Digest, file: &Path) -> Result<Model, Arc<LoadError>> {
        if let Some(model) = self.models.get(digest) {
            return Ok(model);
        }
        let model = self.models.try_get_with(*digest, || engine.load(file))?;
        // What is too much goes now, not at some later call.
        self.models.run_pending_tasks();
        Ok(model)
    }

    /// Keeps a model that was loaded for another purpose.
    pub fn keep(&self, digest: Digest, model: Model) {
        self.models.insert(digest, model);
        self.models.run_pending_tasks();
    }

    /// Forgets a component.
    pub fn forget(&self, digest: &Digest) {
        self.models.invalidate(digest);
    }

    /// How many there are, and their bytes.
    pub fn size(&self) -> (u64, u64) {
        (self.models.entry_count(), self.models.weighted_size() * UNIT)
    }
}
