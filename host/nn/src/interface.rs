//! The interfaces' functions.

use crate::bindings::wasi::nn::errors::{self, ErrorCode};
use crate::bindings::wasi::nn::graph::{self, ExecutionTarget, GraphBuilder, GraphEncoding};
use crate::bindings::wasi::nn::inference;
use crate::bindings::wasi::nn::tensor::{self, TensorType};
use crate::contain::contain;
use crate::context::Context;
use crate::fault::Fault;
use crate::signature;
use wasmtime::Result;
use wasmtime::component::{HasSelf, Linker, Resource};
use wasmtime_wasi_nn::backend::NamedTensor;
use wasmtime_wasi_nn::{ExecutionContext, Graph, GraphRegistry, Tensor};

/// Lets components reach wasi-nn.
///
/// # Errors
/// If the linker has it already.
pub fn add_to_linker<T: 'static>(linker: &mut Linker<T>, context: fn(&mut T) -> &mut Context) -> Result<()> {
    graph::add_to_linker::<T, HasSelf<Context>>(linker, context)?;
    tensor::add_to_linker::<T, HasSelf<Context>>(linker, context)?;
    inference::add_to_linker::<T, HasSelf<Context>>(linker, context)?;
    errors::add_to_linker::<T, HasSelf<Context>>(linker, context)
}

impl Context {
    /// A call's answer: a resource, or another one that says what is wrong.
    fn answer<T>(&mut self, result: std::result::Result<T, Fault>) -> Result<std::result::Result<T, Resource<Fault>>> {
        match result {
            Ok(value) => Ok(Ok(value)),
            Err(fault) => {
                self.note(&fault);
                Ok(Err(self.table.push(fault)?))
            }
        }
    }

    fn push_tensor(&mut self, tensor: Tensor) -> Result<std::result::Result<Resource<Tensor>, Fault>> {
        match self.hold(tensor.data.len()) {
            Ok(()) => Ok(Ok(self.table.push(tensor)?)),
            Err(fault) => Ok(Err(fault)),
        }
    }

    fn take_tensor(&mut self, tensor: Resource<Tensor>) -> Result<Tensor> {
        let tensor = self.table.delete(tensor)?;
        self.release(tensor.data.len());
        Ok(tensor)
    }
}

impl graph::Host for Context {
    /// A component has the graphs that it was given. Bytes of its own are not read: reading them would be the host's work
    /// on a stranger's file, outside the sandbox.
    fn load(
        &mut self,
        _: Vec<GraphBuilder>,
        _: GraphEncoding,
        _: ExecutionTarget,
    ) -> Result<std::result::Result<Resource<Graph>, Resource<Fault>>> {
        let message = "this host reads no graphs of components; ask for one by name";
        self.answer(Err(Fault::new(ErrorCode::UnsupportedOperation, message)))
    }

    fn load_by_name(&mut self, name: String) -> Result<std::result::Result<Resource<Graph>, Resource<Fault>>> {
        match self.graphs.get(&name).cloned() {
            Some(graph) => Ok(Ok(self.table.push(graph)?)),
            None => {
                let message = format!("this component has no graph {:?}", shortened(&name));
                self.answer(Err(Fault::new(ErrorCode::NotFound, message)))
            }
        }
    }
}

/// As much of a name as a message holds.
fn shortened(name: &str) -> String {
    name.chars().take(100).collect()
}

impl graph::HostGraph for Context {
    fn init_execution_context(
        &mut self,
        graph: Resource<Graph>,
    ) -> Result<std::result::Result<Resource<ExecutionContext>, Resource<Fault>>> {
        let graph = self.table.get(&graph)?;
        match contain(|| graph.init_execution_context()) {
            Ok(context) => Ok(Ok(self.table.push(context)?)),
            Err(fault) => self.answer(Err(fault)),
        }
    }

    fn drop(&mut self, graph: Resource<Graph>) -> Result<()> {
        self.table.delete(graph).map(drop).map_err(Into::into)
    }
}

impl inference::Host for Context {}

impl inference::HostGraphExecutionContext for Context {
    fn compute(
        &mut self,
        context: Resource<ExecutionContext>,
        inputs: Vec<(String, Resource<Tensor>)>,
    ) -> Result<std::result::Result<Vec<(String, Resource<Tensor>)>, Resource<Fault>>> {
        let take = |(name, tensor)| Ok(NamedTensor { name, tensor: self.take_tensor(tensor)? });
        let inputs = inputs.into_iter().map(take).collect::<Result<Vec<_>>>()?;
        let computing = self.table.get_mut(&context)?;
        let outputs = match contain(|| computing.compute_with_io(inputs)) {
            Ok(outputs) => outputs,
            Err(fault) => return self.answer(Err(fault)),
        };
        let mut given = Vec::with_capacity(outputs.len());
        for NamedTensor { name, tensor } in outputs {
            match self.push_tensor(tensor)? {
                Ok(tensor) => given.push((name, tensor)),
                Err(fault) => {
                    for (_, tensor) in given {
                        self.take_tensor(tensor)?;
                    }
                    return self.answer(Err(fault));
                }
            }
        }
        Ok(Ok(given))
    }

    fn drop(&mut self, context: Resource<ExecutionContext>) -> Result<()> {
        self.table.delete(context).map(drop).map_err(Into::into)
    }
}

impl tensor::Host for Context {}

impl tensor::HostTensor for Context {
    /// The standard has no error for this: what is too much ends the call.
    fn new(&mut self, dimensions: Vec<u32>, ty: TensorType, data: Vec<u8>) -> Result<Resource<Tensor>> {
        match self.push_tensor(Tensor { dimensions, ty: signature::outward(ty), data })? {
            Ok(tensor) => Ok(tensor),
            Err(fault) => {
                self.note(&fault);
                Err(wasmtime::Error::new(fault))
            }
        }
    }

    fn dimensions(&mut self, tensor: Resource<Tensor>) -> Result<Vec<u32>> {
        Ok(self.table.get(&tensor)?.dimensions.clone())
    }

    fn ty(&mut self, tensor: Resource<Tensor>) -> Result<TensorType> {
        Ok(signature::inward(self.table.get(&tensor)?.ty))
    }

    fn data(&mut self, tensor: Resource<Tensor>) -> Result<Vec<u8>> {
        Ok(self.table.get(&tensor)?.data.clone())
    }

    fn drop(&mut self, tensor: Resource<Tensor>) -> Result<()> {
        self.take_tensor(tensor).map(drop)
    }
}

impl errors::Host for Context {}

impl errors::HostError for Context {
    fn code(&mut self, fault: Resource<Fault>) -> Result<ErrorCode> {
        Ok(self.table.get(&fault)?.code)
    }

    fn data(&mut self, fault: Resource<Fault>) -> Result<String> {
        Ok(self.table.get(&fault)?.message.clone())
    }

    fn drop(&mut self, fault: Resource<Fault>) -> Result<()> {
        self.table.delete(fault).map(drop).map_err(Into::into)
    }
}
