//! Padding by a constant: fill, then copy into the middle.

use super::{Lowered, Node};
use crate::compile::draft::{Draft, operand};
use crate::compile::kernel::Kernel;
use maasm_plan::Op;
use maasm_plan::op::Fill;
use tract_onnx::tract_core::ops::array::{Pad, PadMode};

pub fn lower(op: &Pad, node: Node, draft: &mut Draft) -> Lowered {
    let PadMode::Constant(value) = &op.mode else {
        return Err(format!("padding mode {:?} is not supported yet, only Constant", op.mode));
    };
    let value = value.cast_to_scalar::<f32>().map_err(|e| e.to_string())?;
    let input = node.value(0, draft);
    let output = draft.value(node.shape.clone(), input.order.clone());
    draft.push(node.name, Kernel::Plain(Op::Fill(Fill { value })), vec![], operand(&output));
    let strides = output.strides();
    let offset = op.pads.iter().zip(&strides).map(|(&(before, _), &stride)| before * stride).sum();
    draft.copy(node.name, &input, 0, &input.strides(), &output, offset, &strides, &input.shape);
    Ok(output)
}
