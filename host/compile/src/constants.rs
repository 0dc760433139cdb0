//! Steps that read only constants are computed by the compiler.

use super::draft::{Draft, Operand, Value};
use super::kernel::Kernel;
use super::types;
use maasm_plan::{ALIGNMENT, Op, Place, Plan, Port, Step, Tensor};
use maasm_runtime::{AlignedBytes, Executor};
use std::sync::Arc;
use tract_onnx::prelude;

/// The most bytes that a computed constant may have: what grows beyond is better computed at run time.
const MOST: u64 = 1 << 28;

impl Draft {
    /// What a step gives, if everything that it reads is constant and it writes all of its output, or what is there already
    /// is constant or `filled` with a number.
    pub(super) fn evaluate(
        &self,
        kernel: &Kernel,
        inputs: &[Operand],
        output: &Operand,
        filled: Option<f32>,
    ) -> Option<Arc<prelude::Tensor>> {
        let Kernel::Plain(op) = kernel else { return None };
        let elements: usize = output.shape.iter().product();
        let there = self.buffers[output.buffer].constant.as_ref();
        match op {
            Op::Fill(_) | Op::Conv(_) => return None,
            Op::Copy(copy)
                if copy.shape.iter().map(|&d| d as usize).product::<usize>() != elements
                    && there.is_none()
                    && filled.is_none() =>
            {
                return None;
            }
            _ => {}
        }
        let contents: Option<Vec<_>> = inputs.iter().map(|i| self.buffers[i.buffer].constant.as_ref()).collect();
        let contents = contents.filter(|contents| !contents.is_empty())?;
        let mut constants = Vec::new();
        let tensor = |operand: &Operand, place: Place| Tensor {
            element_type: self.buffers[operand.buffer].element_type,
            shape: operand.shape.iter().map(|&d| d as u32).collect(),
            place,
        };
        let mut tensors = Vec::new();
        for (operand, content) in inputs.iter().zip(contents) {
            constants.resize(constants.len().next_multiple_of(ALIGNMENT as usize), 0);
            tensors.push(tensor(operand, Place::Constants(constants.len() as u64)));
            constants.extend_from_slice(content.as_bytes());
        }
        let scratch = super::emit::scratch(op, inputs, output).map(|(element_type, elements)| Tensor {
            element_type,
            shape: vec![elements as u32],
            place: Place::Arena(0),
        });
        let scratch_len = scratch.as_ref().and_then(Tensor::bytes).unwrap_or(0).next_multiple_of(ALIGNMENT);
        let made = tensor(output, Place::Arena(scratch_len));
        let made_len = made.bytes()?;
        if made_len > MOST || self.allow(elements).is_err() {
            return None;
        }
        let element_type = made.element_type;
        tensors.push(made);
        let made_id = tensors.len() as u32 - 1;
        let scratch = scratch.map(|scratch| {
            tensors.push(scratch);
            tensors.len() as u32 - 1
        });
        let port = Port {
            name: String::new(),
            shape: tensors[made_id as usize].shape.clone(),
            tensor: made_id,
            axes: vec![],
            count: None,
        };
        let step = Step {
            name: String::new(),
            op: op.clone(),
            inputs: (0..inputs.len() as u32).collect(),
            outputs: vec![made_id],
            scratch,
        };
        let arena_len = scratch_len + made_len;
        let constants_len = constants.len() as u64;
        let plan = Plan { inputs: vec![], outputs: vec![port], tensors, steps: vec![step], arena_len, constants_len };
        let mut memory = AlignedBytes::zeroed(constants.len());
        memory.as_mut().copy_from_slice(&constants);
        let mut arena = AlignedBytes::zeroed(arena_len as usize);
        let before = &mut arena.as_mut()[scratch_len as usize..];
        match (there, filled) {
            (Some(there), _) => before.copy_from_slice(there.as_bytes()),
            (None, Some(value)) => before.as_chunks_mut().0.fill(value.to_le_bytes()),
            (None, None) => {}
        }
        // What cannot be computed now is left to be told when the model runs.
        let mut executor = Executor::new(plan, memory, arena).ok()?;
        executor.run().ok()?;
        let mut tensor = prelude::Tensor::zero_dt(types::datum(element_type), &[elements]).ok()?;
        tensor.as_bytes_mut().copy_from_slice(&executor.output(0));
        Some(Arc::new(tensor))
    }

    /// The value's content in the source model's order, if it is constant.
    pub fn known(&self, value: &Value) -> Option<Arc<prelude::Tensor>> {
        let constant = self.buffers[value.buffer].constant.as_ref()?;
        if constant.shape() == value.shape && value.order.iter().copied().eq(0..value.shape.len()) {
            return Some(constant.clone());
        }
        let physical = (**constant).clone().into_shape(&value.physical()).ok()?;
        let mut back = vec![0; value.order.len()];
        value.order.iter().enumerate().for_each(|(place, &axis)| back[axis] = place);
        Some(Arc::new(physical.permute_axes(&back).ok()?))
    }
}
