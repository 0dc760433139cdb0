//! The versions in memory: as many as fit, loaded when they are asked for, each once however many ask.

use maasm_engine::{Engine, LoadError, Model};
use maasm_registry::Backend;
use maasm_registry::digest::Digest;
use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use std::num::NonZeroU32;
use std::path::Path;
use std::sync::Arc;

/// What sizes are counted in: the cache's weights have 32 bits.
const UNIT: u64 = 1024;

/// Models by their component's digest; the one that was not used longest goes first. One that goes while it is used is
/// gone when its last user is.
#[derive(Clone)]
pub struct Loaded {
    models: Cache<Key, Model>,
}

/// A component, and what computes it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    /// Itself.
    Sandbox(Digest),
    /// The host, for a component that is made of it.
    Nn(Digest, Backend, NonZeroU32),
}

impl Loaded {
    pub fn new(bytes: u64) -> Self {
        let weight = |_: &Key, model: &Model| u32::try_from(model.loading().size / UNIT + 1).unwrap_or(u32::MAX);
        let models = Cache::builder()
            .eviction_policy(EvictionPolicy::lru())
            .weigher(weight)
            .max_capacity(bytes.div_ceil(UNIT))
            .build();
        Self { models }
    }

    /// The model of this component, which is loaded from its file if it is not in memory. Blocks while it is.
    pub fn get(&self, engine: &Engine, digest: &Digest, file: &Path) -> Result<Model, Arc<LoadError>> {
        let key = Key::Sandbox(*digest);
        if let Some(model) = self.models.get(&key) {
            return Ok(model);
        }
        let model = self.models.try_get_with(key, || engine.load(file))?;
        // What is too much goes now, not at some later call.
        self.models.run_pending_tasks();
        Ok(model)
    }

    /// The model over wasi-nn of a component, a backend and so many threads, which is made if it is not in memory. Blocks
    /// while it is.
    pub fn get_over_nn<E: Clone + Send + Sync + 'static>(
        &self,
        (digest, backend, threads): (Digest, Backend, NonZeroU32),
        make: impl FnOnce() -> Result<Model, E>,
    ) -> Result<Model, E> {
        let key = Key::Nn(digest, backend, threads);
        if let Some(model) = self.models.get(&key) {
            return Ok(model);
        }
        let model = self.models.try_get_with(key, make).map_err(|error| (*error).clone())?;
        self.models.run_pending_tasks();
        Ok(model)
    }

    /// Keeps a model that was loaded for another purpose.
    pub fn keep(&self, digest: Digest, model: Model) {
        self.models.insert(Key::Sandbox(digest), model);
        self.models.run_pending_tasks();
    }

    /// Forgets a component.
    pub fn forget(&self, digest: &Digest) {
        self.models.invalidate(&Key::Sandbox(*digest));
    }

    /// How many there are, and their bytes.
    pub fn size(&self) -> (u64, u64) {
        (self.models.entry_count(), self.models.weighted_size() * UNIT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use maasm_engine::{CachePolicy, EngineOptions};
    use maasm_tests::component::named;

    /// Components of so many models, and an engine that keeps no code.
    fn components(names: &[&str]) -> (Engine, tempfile::TempDir, Vec<(Digest, std::path::PathBuf)>) {
        let folder = tempfile::tempdir().unwrap();
        let engine = Engine::new(EngineOptions { cache: CachePolicy::Off, ..EngineOptions::default() }).unwrap();
        let write = |name: &&str| {
            let (bytes, path) = (named(name, "unreachable"), folder.path().join(name));
            std::fs::write(&path, &bytes).unwrap();
            (Digest::of(&bytes), path)
        };
        let files = names.iter().map(write).collect();
        (engine, folder, files)
    }

    #[test]
    fn the_model_that_was_not_used_longest_makes_room() {
        let (engine, _folder, files) = components(&["ants", "bees", "cats"]);
        let size = std::fs::metadata(&files[0].1).unwrap().len();
        let loaded = Loaded::new(2 * (size + UNIT));
        let get = |index: usize| loaded.get(&engine, &files[index].0, &files[index].1).unwrap();
        get(0);
        get(1);
        get(0);
        get(2);
        let kept = |index: usize| loaded.models.contains_key(&Key::Sandbox(files[index].0));
        assert!(kept(0), "it was used just before");
        assert!(!kept(1), "it was not used longest");
        assert_eq!(loaded.size().0, 2);
    }

    #[test]
    fn a_model_that_many_ask_for_is_loaded_once() {
        let (engine, _folder, files) = components(&["ants"]);
        let loaded = Loaded::new(1 << 30);
        let (digest, path) = &files[0];
        let models: Vec<Model> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| loaded.get(&engine, digest, path).unwrap())).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(models.iter().all(|model| model.is(&models[0])));
    }

    #[test]
    fn what_cannot_be_loaded_is_tried_again_when_it_is_asked_for_again() {
        let (engine, _folder, files) = components(&["ants"]);
        let loaded = Loaded::new(1 << 30);
        let (digest, path) = &files[0];
        let bytes = std::fs::read(path).unwrap();
        std::fs::write(path, b"no component").unwrap();
        assert!(loaded.get(&engine, digest, path).is_err());
        std::fs::write(path, bytes).unwrap();
        assert!(loaded.get(&engine, digest, path).is_ok());
    }
}
