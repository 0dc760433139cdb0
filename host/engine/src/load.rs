//! Bytes on disk become a checked, compiled [`Model`].

use super::bindings::ModelPre;
use super::cache::Cache;
use super::identity::{Identity, identify};
use super::limits::{Limits, Places};
use super::{EngineError, EngineOptions, LoadError, Model, runtime};
use maasm_nn::Graphs;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use wasmtime::component::{Component, Linker};

/// Where components are compiled and instances live. Cheap to clone; every clone is the same engine.
#[derive(Clone)]
pub struct Engine {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub wasmtime: wasmtime::Engine,
    pub options: EngineOptions,
    pub places: Places,
    /// Held while a new model is asked who it is: that has a place of its own, and only one.
    pub introduction: Mutex<()>,
    cache: Option<Cache>,
}

/// How a model was loaded.
#[derive(Clone, Debug)]
pub struct Loading {
    /// `blake3:` and the digest of the component's bytes.
    pub digest: String,
    /// The component's size in bytes, and that of its weights where the host has them.
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
        let inner = Inner {
            wasmtime: runtime::engine(&options)?,
            places: Places::new(options.max_concurrent),
            introduction: Mutex::new(()),
            cache: Cache::open(&options.cache),
            options,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// What calls may take.
    pub fn options(&self) -> &EngineOptions {
        &self.inner.options
    }

    /// Loads a component, from the cache where that holds its code.
    ///
    /// # Errors
    /// If the file is not a sound model component.
    pub fn load(&self, path: &Path) -> Result<Model, LoadError> {
        let start = Instant::now();
        let identity = identify(path)?;
        let cached = self.inner.cache.as_ref().and_then(|c| c.get(&self.inner.wasmtime, path, &identity.digest));
        let (component, compiled_in) = match cached {
            Some(component) => (component, None),
            None => {
                let (component, duration) = self.compile(path, &identity)?;
                (component, Some(duration))
            }
        };
        let pre = self.link(path, &component)?;
        let loading = Loading {
            digest: format!("blake3:{}", identity.digest),
            size: identity.size,
            compiled_in,
            loaded_in: Duration::ZERO,
        };
        self.introduce(pre, None, loading, path, start)
    }

    /// Loads a component of world `model-nn`, which this program has made, and gives it these graphs, which take so many
    /// bytes. `name` is what messages call it.
    ///
    /// # Errors
    /// If it is not such a component.
    pub fn load_over_nn(&self, name: &str, bytes: &[u8], graphs: Graphs, weights: u64) -> Result<Model, LoadError> {
        let start = Instant::now();
        let (path, digest) = (Path::new(name), blake3::hash(bytes));
        // It has no folder of its own to keep code in.
        let nowhere = Path::new("");
        let cached = self.inner.cache.as_ref().and_then(|cache| cache.get(&self.inner.wasmtime, nowhere, &digest));
        let (component, compiled_in) = match cached {
            Some(component) => (component, None),
            None => {
                let (component, duration) = self.compile_bytes(path, bytes)?;
                self.keep(nowhere, &digest, &component);
                (component, Some(duration))
            }
        };
        let broken = |error: wasmtime::Error| not_a_model(path, &error);
        let mut linker = Linker::new(&self.inner.wasmtime);
        maasm_nn::add_to_linker(&mut linker, nn).map_err(broken)?;
        let pre = linker.instantiate_pre(&component).and_then(ModelPre::new).map_err(broken)?;
        let loading = Loading {
            digest: format!("blake3:{digest}"),
            size: weights.saturating_add(bytes.len() as u64),
            compiled_in,
            loaded_in: Duration::ZERO,
        };
        self.introduce(pre, Some(Arc::new(graphs)), loading, path, start)
    }

    fn introduce(
        &self,
        pre: ModelPre<Limits>,
        graphs: Option<Arc<Graphs>>,
        loading: Loading,
        path: &Path,
        start: Instant,
    ) -> Result<Model, LoadError> {
        let model = Model::introduce(self, pre, graphs, loading, path, start)?;
        let loading = model.loading();
        tracing::info!(
            model = model.description().name,
            version = model.description().version,
            compiled_ms = loading.compiled_in.map(|duration| duration.as_millis()),
            loaded_ms = loading.loaded_in.as_millis(),
            "loaded {}",
            path.display()
        );
        Ok(model)
    }

    /// Compiles a component and keeps its code.
    fn compile(&self, path: &Path, identity: &Identity) -> Result<(Component, Duration), LoadError> {
        let bytes = std::fs::read(path).map_err(|error| LoadError::Read { path: path.to_owned(), error })?;
        if blake3::hash(&bytes) != identity.digest {
            let reason = "it changed while it was read".into();
            return Err(LoadError::Damaged { path: path.to_owned(), reason });
        }
        let (component, duration) = self.compile_bytes(path, &bytes)?;
        drop(bytes);
        self.keep(path, &identity.digest, &component);
        // From its file the code is mapped, and its weights need no memory of their own.
        let cache = self.inner.cache.as_ref();
        let mapped = cache.and_then(|cache| cache.get(&self.inner.wasmtime, path, &identity.digest));
        Ok((mapped.unwrap_or(component), duration))
    }

    fn compile_bytes(&self, path: &Path, bytes: &[u8]) -> Result<(Component, Duration), LoadError> {
        let start = Instant::now();
        let component = Component::new(&self.inner.wasmtime, bytes);
        let component = component.map_err(|error| why_not_compiled(path, bytes, &error))?;
        Ok((component, start.elapsed()))
    }

    /// Keeps a component's code, if there is a place for it.
    fn keep(&self, path: &Path, digest: &blake3::Hash, component: &Component) {
        let Some(cache) = &self.inner.cache else { return };
        match component.serialize() {
            Ok(code) => cache.put(&self.inner.wasmtime, path, digest, &code),
            Err(error) => tracing::warn!("the compiled code of {} is not kept: {error:#}", path.display()),
        }
    }

    /// Checks that a component imports nothing and has a model's exports.
    fn link(&self, path: &Path, component: &Component) -> Result<ModelPre<Limits>, LoadError> {
        let engine = &self.inner.wasmtime;
        let imports: Vec<_> = component.component_type().imports(engine).map(|(name, _)| name.to_owned()).collect();
        if !imports.is_empty() {
            return Err(LoadError::Imports { path: path.to_owned(), imports });
        }
        let pre = Linker::new(engine).instantiate_pre(component).and_then(ModelPre::new);
        pre.map_err(|error| not_a_model(path, &error))
    }
}

/// What an instance sees of wasi-nn.
fn nn(limits: &mut Limits) -> &mut maasm_nn::Context {
    limits.nn.as_mut().expect("an instance of such a component has graphs")
}

fn not_a_model(path: &Path, error: &wasmtime::Error) -> LoadError {
    LoadError::of_system_or(path, format!("{error:#}"), |path, reason| LoadError::NotAModel { path, reason })
}

/// Whether a component is invalid, or valid and more than the engine takes.
fn why_not_compiled(path: &Path, bytes: &[u8], error: &wasmtime::Error) -> LoadError {
    match wasmparser::Validator::new().validate_all(bytes) {
        Err(invalid) => LoadError::Damaged { path: path.to_owned(), reason: invalid.to_string() },
        Ok(_) => {
            LoadError::of_system_or(path, format!("{error:#}"), |path, reason| LoadError::TooLarge { path, reason })
        }
    }
}
