//! The runtime's kernels, compiled for this machine.
//!
//! A graph is a plan with its weights, the very one that the model's component has in its memory. The weights are there
//! once, whoever computes with them; an execution context borrows an arena, and one that comes back is cleared before
//! anybody else gets it.

use super::{only_together, timeout};
use crate::signature::{Slot, arrange};
use crate::{ErrorCode, Fault};
use maasm_plan::{Package, Plan};
use maasm_runtime::{AlignedBytes, Executor};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use wasmtime_wasi_nn::backend::{
    BackendError, BackendExecutionContext, BackendFromDir, BackendGraph, BackendInner, Id, NamedTensor,
};
use wasmtime_wasi_nn::wit::{ExecutionTarget, GraphEncoding};
use wasmtime_wasi_nn::{ExecutionContext, Graph, Tensor};

/// The runtime's kernels. An inference is computed by the thread that asks for it.
#[derive(Clone, Copy, Debug)]
pub struct Native {
    /// How long one inference may take.
    pub deadline: Duration,
}

/// Weights that are there once.
#[derive(Clone)]
struct Weights(Arc<AlignedBytes>);

impl AsRef<[u8]> for Weights {
    fn as_ref(&self) -> &[u8] {
        (*self.0).as_ref()
    }
}

/// A plan and its weights.
struct NativeGraph {
    plan: Plan,
    weights: Weights,
    inputs: Vec<Slot>,
    outputs: Vec<Slot>,
    deadline: Duration,
    /// Arenas that nobody uses, cleared.
    idle: Mutex<Vec<Executor<Weights>>>,
}

impl Native {
    /// A graph of a plan and its weights.
    ///
    /// # Errors
    /// If the plan is invalid, the weights are not those of the plan, or wasi-nn has no tensors such as it takes or gives.
    pub fn graph(&self, plan: Plan, weights: AlignedBytes) -> Result<Graph, Fault> {
        let slots = |ports: &[_]| ports.iter().map(|port| Slot::of(&plan, port)).collect::<Result<Vec<_>, _>>();
        let graph = NativeGraph {
            inputs: slots(&plan.inputs)?,
            outputs: slots(&plan.outputs)?,
            plan,
            weights: Weights(Arc::new(weights)),
            deadline: self.deadline,
            idle: Mutex::default(),
        };
        // Says what is wrong with the plan, and is there for the first call.
        let executor = graph.executor()?;
        graph.put_back(executor);
        let graph: Box<dyn BackendGraph> = Box::new(Shared(Arc::new(graph)));
        Ok(graph.into())
    }
}

impl NativeGraph {
    /// An executor that nobody uses, or one more.
    fn executor(&self) -> Result<Executor<Weights>, Fault> {
        if let Some(executor) = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop() {
            return Ok(executor);
        }
        let too_large = || Fault::new(ErrorCode::TooLarge, "the plan's arena is larger than memory");
        let arena = usize::try_from(self.plan.arena_len).map_err(|_| too_large())?;
        Executor::new(self.plan.clone(), self.weights.clone(), AlignedBytes::zeroed(arena))
            .map_err(|error| Fault::new(ErrorCode::RuntimeError, error.to_string()))
    }

    fn put_back(&self, executor: Executor<Weights>) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(executor);
    }
}

/// What the traits of backends want is implemented for something that execution contexts can share.
struct Shared(Arc<NativeGraph>);

impl BackendGraph for Shared {
    fn init_execution_context(&self) -> Result<ExecutionContext, BackendError> {
        let context = NativeContext { executor: Some(self.0.executor()?), graph: self.0.clone() };
        let context: Box<dyn BackendExecutionContext> = Box::new(context);
        Ok(context.into())
    }
}

struct NativeContext {
    graph: Arc<NativeGraph>,
    /// None after a panic: nobody knows what state it is in.
    executor: Option<Executor<Weights>>,
}

impl Drop for NativeContext {
    fn drop(&mut self) {
        if let Some(mut executor) = self.executor.take() {
            executor.clear();
            self.graph.put_back(executor);
        }
    }
}

impl NativeContext {
    fn infer(&mut self, inputs: Vec<NamedTensor>) -> Result<Vec<NamedTensor>, Fault> {
        let inputs = arrange(&self.graph.inputs, inputs)?;
        let mut executor = match self.executor.take() {
            Some(executor) => executor,
            None => self.graph.executor()?,
        };
        let outcome = run(&mut executor, &self.graph, &inputs);
        self.executor = Some(executor);
        outcome
    }
}

fn run(
    executor: &mut Executor<Weights>,
    graph: &NativeGraph,
    inputs: &[NamedTensor],
) -> Result<Vec<NamedTensor>, Fault> {
    for (index, input) in inputs.iter().enumerate() {
        executor.set_input(index, &input.tensor.data).map_err(|error| Fault::invalid(error.to_string()))?;
    }
    let start = Instant::now();
    let finished = executor.run_while(|| start.elapsed() < graph.deadline);
    // What a step refuses is something among the inputs.
    if !finished.map_err(|error| Fault::invalid(error.to_string()))? {
        return Err(timeout(graph.deadline));
    }
    let output = |(index, slot): (usize, &Slot)| NamedTensor {
        name: slot.name.clone(),
        tensor: Tensor { dimensions: executor.output_shape(index), ty: slot.ty, data: executor.output(index) },
    };
    Ok(graph.outputs.iter().enumerate().map(output).collect())
}

impl BackendExecutionContext for NativeContext {
    fn set_input(&mut self, _: Id, _: &Tensor) -> Result<(), BackendError> {
        Err(only_together())
    }

    fn get_output(&mut self, _: Id) -> Result<Tensor, BackendError> {
        Err(only_together())
    }

    fn compute(&mut self, inputs: Option<Vec<NamedTensor>>) -> Result<Option<Vec<NamedTensor>>, BackendError> {
        Ok(Some(self.infer(inputs.unwrap_or_default())?))
    }
}

/// A package and its constants are what such a graph is read from.
impl BackendInner for Native {
    fn encoding(&self) -> GraphEncoding {
        GraphEncoding::Autodetect
    }

    fn load(&mut self, builders: &[&[u8]], target: ExecutionTarget) -> Result<Graph, BackendError> {
        let [package, constants] = builders else {
            return Err(BackendError::InvalidNumberOfBuilders(2, builders.len()));
        };
        if !matches!(target, ExecutionTarget::Cpu) {
            return Err(Fault::new(ErrorCode::UnsupportedOperation, "the kernels run on the CPU alone").into());
        }
        let package = Package::decode(package).map_err(|error| Fault::invalid(error.to_string()))?;
        let mut weights = AlignedBytes::zeroed(constants.len());
        weights.as_mut().copy_from_slice(constants);
        Ok(self.graph(package.plan, weights)?)
    }

    fn as_dir_loadable(&mut self) -> Option<&mut dyn BackendFromDir> {
        None
    }
}
