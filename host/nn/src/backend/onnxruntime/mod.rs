//! onnxruntime, whose library is loaded while the program runs, if the machine has it.
//!
//! A graph is one of its sessions: the weights are there once, and any number of inferences run on it at a time, as
//! onnxruntime promises for `Run` on its CPU provider. It is a program of others' in this very process: an ONNX file
//! that it mistakes is the host's trouble.
//!
//! # Layout
//! - `library`: where it is
//! - `tensors`: tensors in its form, and back
//! - `watch`: ends inferences that take too long

mod library;
mod tensors;
mod watch;

pub use library::LibraryError;

use super::{only_together, timeout};
use crate::contain::contain;
use crate::signature::{Slot, arrange};
use crate::{ErrorCode, Fault};
use ort::environment::Environment;
use ort::session::Session;
use ort::session::builder::{GraphOptimizationLevel, SessionBuilder};
use ort::value::DynValue;
use ort::{AsPointer, ortsys};
use std::ffi::CString;
use std::num::NonZeroUsize;
use std::path::Path;
use std::ptr::{self, NonNull};
use std::sync::Arc;
use std::time::{Duration, Instant};
use wasmtime_wasi_nn::backend::{
    BackendError, BackendExecutionContext, BackendFromDir, BackendGraph, BackendInner, Id, NamedTensor,
};
use wasmtime_wasi_nn::wit::{ExecutionTarget, GraphEncoding};
use wasmtime_wasi_nn::{ExecutionContext, Graph, Tensor};
use watch::Watch;

/// onnxruntime, loaded. Cheap to clone; every clone is the same.
#[derive(Clone)]
pub struct Onnxruntime {
    environment: Environment,
    library: Arc<Path>,
    threads: NonZeroUsize,
    watch: Watch,
}

impl Onnxruntime {
    /// Loads the library of this path, or of a folder; without one, that which `ORT_DYLIB_PATH` names or which lies where
    /// libraries lie. A process has one: another path later on changes nothing. An inference is computed by one thread,
    /// and may take so long.
    ///
    /// # Errors
    /// If there is none, or it is too old.
    pub fn load(path: Option<&Path>, deadline: Duration) -> Result<Self, LibraryError> {
        let library = library::find(path)?;
        let broken = |reason: String| LibraryError::Broken { path: library.clone(), reason };
        let environment = contain(|| {
            let builder = ort::init_from(&library).map_err(|error| runtime_error(&error))?;
            builder.with_name("maasm").build().map_err(|error| runtime_error(&error))
        });
        let environment = environment.map_err(|fault| broken(fault.message))?;
        let watch = Watch::new(deadline).map_err(|error| broken(format!("no thread for deadlines: {error}")))?;
        Ok(Self { environment, library: library.into(), threads: NonZeroUsize::MIN, watch })
    }

    /// The same, with so many threads for an inference.
    #[must_use]
    pub fn with_threads(&self, threads: NonZeroUsize) -> Self {
        Self { threads, ..self.clone() }
    }

    /// The library.
    pub fn library(&self) -> &Path {
        &self.library
    }

    /// A graph of an ONNX file.
    ///
    /// # Errors
    /// If onnxruntime cannot make a session of it, or wasi-nn has no tensors such as it takes or gives.
    pub fn graph(&self, file: &Path) -> Result<Graph, Fault> {
        contain(|| graph(self.builder()?.commit_from_file(file).map_err(|error| runtime_error(&error))?, &self.watch))
    }

    fn builder(&self) -> Result<SessionBuilder, Fault> {
        let failed = |error: &dyn std::fmt::Display| Fault::new(ErrorCode::RuntimeError, error.to_string());
        let builder = Session::builder(&self.environment).map_err(|error| failed(&error))?;
        let builder = builder.with_intra_threads(self.threads.get()).map_err(|error| failed(&error))?;
        let builder = builder.with_inter_threads(1).map_err(|error| failed(&error))?;
        builder.with_optimization_level(GraphOptimizationLevel::All).map_err(|error| failed(&error))
    }
}

fn runtime_error(error: &dyn std::fmt::Display) -> Fault {
    Fault::new(ErrorCode::RuntimeError, error.to_string())
}

fn graph(session: Session, watch: &Watch) -> Result<Graph, Fault> {
    let slots = |outlets: &[_]| outlets.iter().map(tensors::slot).collect::<Result<Vec<Slot>, Fault>>();
    let names =
        |slots: &[Slot]| slots.iter().map(|slot| CString::new(slot.name.as_str())).collect::<Result<Vec<_>, _>>();
    let (inputs, outputs) = (slots(session.inputs())?, slots(session.outputs())?);
    let unnameable = |_| Fault::invalid("a tensor's name has a zero byte");
    let (input_names, output_names) = (names(&inputs).map_err(unnameable)?, names(&outputs).map_err(unnameable)?);
    let graph = Arc::new(OnnxGraph { session, inputs, outputs, input_names, output_names, watch: watch.clone() });
    let graph: Box<dyn BackendGraph> = Box::new(Shared(graph));
    Ok(graph.into())
}

/// A session, and what it takes and gives.
struct OnnxGraph {
    session: Session,
    inputs: Vec<Slot>,
    outputs: Vec<Slot>,
    input_names: Vec<CString>,
    output_names: Vec<CString>,
    watch: Watch,
}

impl OnnxGraph {
    fn infer(&self, inputs: Vec<NamedTensor>) -> Result<Vec<NamedTensor>, Fault> {
        let inputs = arrange(&self.inputs, inputs)?;
        let read = inputs.iter().map(|input| tensors::read(&input.tensor)).collect::<Result<Vec<_>, _>>()?;
        let (start, deadline) = (Instant::now(), self.watch.deadline());
        let given = self.run(&read).map_err(|error| match error.code() {
            _ if start.elapsed() >= deadline => timeout(deadline),
            ort::ErrorCode::InvalidArgument => Fault::invalid(error.to_string()),
            _ => runtime_error(&error),
        })?;
        let output = |(slot, value): (&Slot, &DynValue)| {
            Ok(NamedTensor { name: slot.name.clone(), tensor: tensors::write(slot.ty, value)? })
        };
        self.outputs.iter().zip(&given).map(output).collect()
    }

    /// One inference. The crate's own function wants the session for itself, since some providers are not made for
    /// several threads; this one has no provider but the CPU's.
    #[expect(unsafe_code, reason = "it is a function of C")]
    fn run(&self, inputs: &[tensors::Read]) -> ort::Result<Vec<DynValue>> {
        let session = self.session.inner();
        let options = self.watch.begin()?;
        let input_names: Vec<_> = self.input_names.iter().map(|name| name.as_ptr()).collect();
        let output_names: Vec<_> = self.output_names.iter().map(|name| name.as_ptr()).collect();
        let inputs: Vec<_> = inputs.iter().map(|input| input.ptr()).collect();
        let mut outputs = vec![ptr::null_mut(); output_names.len()];
        // SAFETY: session, options, names and values live until the call returns, and each list is as long as it is said to be.
        // `Run` on the CPU provider may be called by several threads at once. It writes owned values, or an error and
        // nothing.
        ortsys![
            unsafe Run(
                session.ptr().cast_mut(),
                options.ptr(),
                input_names.as_ptr(),
                inputs.as_ptr(),
                inputs.len(),
                output_names.as_ptr(),
                output_names.len(),
                outputs.as_mut_ptr()
            )?
        ];
        let value = |output| {
            let output = NonNull::new(output).ok_or_else(|| ort::Error::new("an output is missing"))?;
            // SAFETY: it is a value that `Run` has made with the session's allocator, and nobody else has it.
            Ok(unsafe { DynValue::from_ptr(output, Some(self.session.allocator())) })
        };
        outputs.into_iter().map(value).collect()
    }
}

/// What the traits of backends want is implemented for something that execution contexts can share.
struct Shared(Arc<OnnxGraph>);

impl BackendGraph for Shared {
    fn init_execution_context(&self) -> Result<ExecutionContext, BackendError> {
        let context: Box<dyn BackendExecutionContext> = Box::new(OnnxContext(self.0.clone()));
        Ok(context.into())
    }
}

struct OnnxContext(Arc<OnnxGraph>);

impl BackendExecutionContext for OnnxContext {
    fn set_input(&mut self, _: Id, _: &Tensor) -> Result<(), BackendError> {
        Err(only_together())
    }

    fn get_output(&mut self, _: Id) -> Result<Tensor, BackendError> {
        Err(only_together())
    }

    fn compute(&mut self, inputs: Option<Vec<NamedTensor>>) -> Result<Option<Vec<NamedTensor>>, BackendError> {
        Ok(Some(self.0.infer(inputs.unwrap_or_default())?))
    }
}

/// An ONNX file is what such a graph is read from.
impl BackendInner for Onnxruntime {
    fn encoding(&self) -> GraphEncoding {
        GraphEncoding::Onnx
    }

    fn load(&mut self, builders: &[&[u8]], target: ExecutionTarget) -> Result<Graph, BackendError> {
        let [onnx] = builders else { return Err(BackendError::InvalidNumberOfBuilders(1, builders.len())) };
        if !matches!(target, ExecutionTarget::Cpu) {
            let message = "this backend has no provider but the CPU's";
            return Err(Fault::new(ErrorCode::UnsupportedOperation, message).into());
        }
        let session = contain(|| self.builder()?.commit_from_memory(onnx).map_err(|error| runtime_error(&error)))?;
        Ok(graph(session, &self.watch)?)
    }

    fn as_dir_loadable(&mut self) -> Option<&mut dyn BackendFromDir> {
        None
    }
}

impl std::fmt::Debug for Onnxruntime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Onnxruntime").field("library", &self.library).field("threads", &self.threads).finish()
    }
}
