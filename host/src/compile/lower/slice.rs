//! A part of a tensor along one axis.

use super::{Lowered, Node};
use crate::compile::draft::Draft;
use tract_onnx::tract_core::ops::array::Slice;

pub fn lower(op: &Slice, node: Node, draft: &mut Draft) -> Lowered {
    let start = op.start.to_i64().map_err(|_| format!("its start {} is not fixed", op.start))? as usize;
    let input = node.value(0, draft);
    let output = draft.value(node.shape.clone(), input.order.clone());
    let strides = input.strides();
    draft.copy(node.name, &input, start * strides[op.axis], &strides, &output, 0, &output.strides(), &node.shape);
    Ok(output)
}
