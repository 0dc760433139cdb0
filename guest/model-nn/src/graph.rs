//! The host's graph, as what computes.

use crate::bindings::wasi::nn::errors::{Error, ErrorCode};
use crate::bindings::wasi::nn::graph::load_by_name;
use crate::bindings::wasi::nn::inference::GraphExecutionContext;
use crate::bindings::wasi::nn::tensor::{Tensor, TensorType};
use crate::values::Values;
use maasm_plan::{Card, ElementType, Plan, Port};
use maasm_runtime::AlignedBytes;
use maasm_template::{Engine, RunError};

/// A graph that the host has under the model's name and version. The plan has its inputs and outputs, in the outside
/// order, and no steps.
pub struct HostGraph {
    /// What the host calls it: `NAME@VERSION`.
    name: String,
    plan: Plan,
    inputs: Vec<Values>,
    /// What the last run gave.
    outputs: Vec<Output>,
    /// There once it has run.
    context: Option<GraphExecutionContext>,
}

struct Output {
    shape: Vec<u32>,
    values: Values,
}

impl Engine for HostGraph {
    fn load(card: &Card, plan: Plan, _: AlignedBytes, _: AlignedBytes) -> Result<Self, String> {
        for port in plan.inputs.iter().chain(&plan.outputs) {
            tensor_type(plan.element_type(port)).ok_or_else(|| {
                format!("wasi-nn has no tensors of {:?}, which {} is", plan.element_type(port), port.name)
            })?;
        }
        let zeroed = |port| Values::zeroed(plan.element_type(port), elements(port));
        let inputs = plan.inputs.iter().map(zeroed).collect();
        let name = format!("{}@{}", card.name, card.version);
        Ok(Self { name, plan, inputs, outputs: Vec::new(), context: None })
    }

    fn plan(&self) -> &Plan {
        &self.plan
    }

    fn set_input(&mut self, index: usize, bytes: &[u8]) -> Result<(), String> {
        let input = self.inputs[index].bytes_mut();
        if input.len() != bytes.len() {
            return Err(format!("needs {} bytes, has {}", input.len(), bytes.len()));
        }
        input.copy_from_slice(bytes);
        Ok(())
    }

    fn input_mut(&mut self, index: usize) -> &mut [f32] {
        match &mut self.inputs[index] {
            Values::Floats(floats) => floats,
            Values::Bytes(_) => panic!("input {index} is not f32"),
        }
    }

    fn run(&mut self) -> Result<(), RunError> {
        let context = match &self.context {
            Some(context) => context,
            None => {
                let context = load_by_name(&self.name).and_then(|graph| graph.init_execution_context());
                self.context.insert(context.map_err(|error| self.refused(&error))?)
            }
        };
        let tensor = |(port, values): (&Port, &Values)| {
            let tensor_type = tensor_type(self.plan.element_type(port)).expect("`load` has looked");
            // wasi-nn writes a single value as one axis of 1.
            let shape: &[u32] = if port.shape.is_empty() { &[1] } else { &port.shape };
            (port.name.clone(), Tensor::new(shape, tensor_type, values.bytes()))
        };
        let inputs = self.plan.inputs.iter().zip(&self.inputs).map(tensor).collect();
        let given = context.compute(inputs).map_err(|error| self.refused(&error))?;
        self.outputs = self.plan.outputs.iter().map(|port| self.output_of(port, &given)).collect::<Result<_, _>>()?;
        Ok(())
    }

    fn output(&self, index: usize) -> Vec<u8> {
        self.outputs[index].values.bytes().to_vec()
    }

    fn output_shape(&self, index: usize) -> Vec<u32> {
        self.outputs[index].shape.clone()
    }

    fn output_f32(&self, index: usize) -> &[f32] {
        match &self.outputs[index].values {
            Values::Floats(floats) => floats,
            Values::Bytes(_) => panic!("output {index} is not f32"),
        }
    }
}

impl HostGraph {
    /// A refusal of what the caller gave is told. Anything else is no affair of the caller's: the instance ends, and the
    /// host, which knows what happened, tells it.
    fn refused(&self, error: &Error) -> RunError {
        match error.code() {
            ErrorCode::InvalidArgument => RunError { name: self.name.clone(), reason: error.data() },
            code => panic!("{code:?}: {}", error.data()),
        }
    }

    /// One of the tensors that the host gave.
    fn output_of(&self, port: &Port, given: &[(String, Tensor)]) -> Result<Output, RunError> {
        let wrong = |reason: String| RunError { name: port.name.clone(), reason };
        let element_type = self.plan.element_type(port);
        let found = given.iter().find(|(name, _)| *name == port.name);
        let (_, tensor) = found.ok_or_else(|| wrong("the host's graph gives no such output".into()))?;
        let (ty, shape) = (tensor.ty(), tensor.dimensions());
        let shape = if port.shape.is_empty() { Vec::new() } else { shape };
        // An axis whose extent the inputs decide may be shorter.
        let free = |axis: usize| port.count.is_some_and(|count| usize::from(count.axis) == axis);
        let fits = |(axis, (found, wanted)): (usize, (&u32, &u32))| found == wanted || free(axis) && found < wanted;
        let is_right = shape.len() == port.shape.len() && shape.iter().zip(&port.shape).enumerate().all(fits);
        if Some(ty) != tensor_type(element_type) || !is_right {
            let reason =
                format!("the host's graph gives {ty:?} of shape {shape:?}, not {element_type:?} of {:?}", port.shape);
            return Err(wrong(reason));
        }
        Ok(Output { shape, values: Values::read(element_type, tensor.data()) })
    }
}

fn elements(port: &Port) -> usize {
    port.shape.iter().map(|&extent| extent as usize).product()
}

/// What wasi-nn calls an element type, if it has it.
fn tensor_type(element_type: ElementType) -> Option<TensorType> {
    Some(match element_type {
        ElementType::F16 => TensorType::Fp16,
        ElementType::F32 => TensorType::Fp32,
        ElementType::F64 => TensorType::Fp64,
        ElementType::U8 => TensorType::U8,
        ElementType::I32 => TensorType::I32,
        ElementType::I64 => TensorType::I64,
        _ => return None,
    })
}
