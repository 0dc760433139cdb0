//! A version computed by the host, which a component without weights asks through wasi-nn.

use super::{Error, Service, Why};
use maasm_component::WeightFormat;
use maasm_engine::Model;
use maasm_nn::{Graph, Graphs, LibraryError, Native, Onnxruntime};
use maasm_package::{self as package, Kept};
use maasm_plan::Card;
use maasm_registry::MACHINE;
use maasm_registry::{Backend, Execution, Nn, Record};
use std::fs;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How the host computes where a deployment leaves it open, and where it finds what it computes with.
#[derive(Clone, Debug, Default)]
pub struct NnOptions {
    /// With what.
    pub backend: Backend,
    /// How many threads compute one inference; 1 if absent.
    pub threads: Option<NonZeroU32>,
    /// onnxruntime's library, or the folder that it lies in; where libraries lie if absent.
    pub onnxruntime: Option<PathBuf>,
}

/// What the host computes with.
#[derive(Clone, Default)]
pub struct Backends {
    options: NnOptions,
    /// Loaded when it is first asked for.
    onnxruntime: Arc<Mutex<Option<Onnxruntime>>>,
}

impl Backends {
    pub fn new(options: NnOptions) -> Self {
        Self { options, onnxruntime: Arc::default() }
    }

    /// What a deployment says, nothing left open.
    pub fn settle(&self, nn: Nn) -> (Backend, NonZeroU32) {
        let threads = nn.threads.or(self.options.threads).unwrap_or(NonZeroU32::MIN);
        (nn.backend.unwrap_or(self.options.backend), threads)
    }

    /// onnxruntime, if this machine has it. Its inferences may take so long.
    fn onnxruntime(&self, threads: NonZeroU32, deadline: Duration) -> Result<Onnxruntime, LibraryError> {
        let threads = NonZeroUsize::try_from(threads).unwrap_or(NonZeroUsize::MIN);
        let mut loaded = self.onnxruntime.lock().unwrap_or_else(PoisonError::into_inner);
        let loaded = match &mut *loaded {
            Some(loaded) => loaded,
            empty => empty.insert(Onnxruntime::load(self.options.onnxruntime.as_deref(), deadline)?),
        };
        Ok(loaded.with_threads(threads))
    }
}

impl Service {
    /// What computes a version: that of the deployment which gives it requests, else the sandbox.
    ///
    /// # Errors
    /// If the registry fails.
    pub fn execution(&self, record: &Record) -> Result<Execution, Error> {
        let live = self.registry.live(&record.facts.name)?.map(|live| live.traffic);
        let live = live.filter(|traffic| traffic.reaches().any(|version| *version == record.facts.version));
        Ok(live.map(|traffic| traffic.execution).unwrap_or_default())
    }

    /// What computes so, in words that follow this program's version; none for the sandbox.
    pub(super) fn computed_by(&self, execution: Execution) -> String {
        let Execution::Nn(nn) = execution else { return String::new() };
        let by = match self.backends.settle(nn).0 {
            Backend::Native => "native",
            Backend::Onnxruntime => "onnxruntime",
        };
        format!(" through wasi-nn ({by})")
    }

    /// A version's model, computed so. Blocks while it is loaded.
    ///
    /// # Errors
    /// If it cannot be loaded, or not computed so.
    pub fn load_for(&self, record: &Record, execution: Execution) -> Result<Model, Error> {
        // Whoever computes: a version that is damaged or in quarantine does not answer.
        let model = self.load(record)?;
        let Execution::Nn(nn) = execution else { return Ok(model) };
        let (backend, threads) = self.backends.settle(nn);
        let make = || self.over_nn(record, &model, backend, threads);
        let loaded = self.loaded.get_over_nn((record.component, backend, threads), make);
        let (name, version) = (&record.facts.name, &record.facts.version);
        loaded.map_err(|reason| Error::Execution { name: name.clone(), version: version.clone(), reason })
    }

    /// Makes the component without weights, and the graph that it asks for.
    fn over_nn(&self, record: &Record, model: &Model, backend: Backend, threads: NonZeroU32) -> Result<Model, Why> {
        let facts = &record.facts;
        let name = format!("{}@{}", facts.name, facts.version);
        let file = self.component(&record.component).map_err(|error| Why::of_machine(MACHINE, error.to_string()))?;
        let component = fs::read(&file).map_err(|error| format!("its component cannot be read: {error}"))?;
        let Kept { package, constants } = package::kept(&component)?;
        drop(component);
        let card = Card { labels: model.description().labels.iter().collect(), ..package.card };
        let component = package::over_nn(card, package.recipe, &package.plan).map_err(|error| error.to_string())?;
        let options = self.engine.options();
        let (graph, weights) = match backend {
            Backend::Native => {
                if threads.get() > 1 {
                    let wish = "the kernels compute an inference on one thread";
                    return Err(format!("{wish}; ask for 1, or for the backend `onnxruntime`").into());
                }
                if package.plan.arena_len > options.memory_limit {
                    let (asked, limit) = (package.plan.arena_len, options.memory_limit);
                    return Err(
                        format!("its activations take {asked} bytes, {limit} are allowed (--memory-limit)").into()
                    );
                }
                let weights = package.plan.constants_len;
                let native = Native { deadline: options.deadline };
                (native.graph(package.plan, constants).map_err(|fault| fault.message)?, weights)
            }
            Backend::Onnxruntime => {
                drop(constants);
                self.onnx_graph(record, threads)?
            }
        };
        let model = self.engine.load_over_nn(&name, &component, Graphs::one(name.clone(), graph), weights);
        let model = model.map_err(|error| error.to_string())?;
        tracing::info!(
            threads,
            "{name} computes{}",
            self.computed_by(Execution::Nn(Nn { backend: Some(backend), threads: None }))
        );
        Ok(model)
    }

    /// onnxruntime's graph of a version, and the size of its file.
    fn onnx_graph(&self, record: &Record, threads: NonZeroU32) -> Result<(Graph, u64), Why> {
        if let Some(made) = &record.provenance.recipe {
            let rounded = matches!(made.recipe.weights, Some(WeightFormat::F16 | WeightFormat::Int8));
            if rounded || made.recipe.quantize.is_some() {
                return Err(
                    "the ONNX file that is kept with it is that from before it was quantised, and onnxruntime \
                            would not compute the same; use the backend `native`"
                        .into(),
                );
            }
        }
        let onnxruntime = self.backends.onnxruntime(threads, self.engine.options().deadline);
        let onnxruntime = onnxruntime.map_err(|error| match error {
            LibraryError::Absent => error.to_string().into(),
            LibraryError::NotThere(_) => Why::of_machine(
                "there is no onnxruntime library where the server looks for one, and its log says where; use the backend \
                 `native`",
                error.to_string(),
            ),
            LibraryError::Broken { .. } => Why::of_machine(
                "the server's onnxruntime library cannot be used, and its log says why; use the backend `native`",
                error.to_string(),
            ),
        })?;
        let kept = record.provenance.model.map(|digest| self.registry.blobs().path(&digest));
        let file = kept.filter(|path| path.is_file()).ok_or(
            "the ONNX file that it was compiled from is not kept here: it was published as a component, or pulled; \
             publish the ONNX file, or use the backend `native`",
        )?;
        let size = fs::metadata(&file).map_or(0, |about| about.len());
        let graph = onnxruntime.graph(&file).map_err(|fault| {
            let whole = format!("onnxruntime refuses its ONNX file: {fault}");
            Why::of_machine(whole.replace(&*file.to_string_lossy(), "the file"), whole)
        })?;
        Ok((graph, size))
    }
}
