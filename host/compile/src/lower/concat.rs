//! Concatenation: one copy for each part.

use super::{Lowered, Node, Wire};
use crate::draft::Draft;
use tract_onnx::tract_core::ops::array::TypedConcat;

pub fn lower(op: &TypedConcat, node: Node, draft: &mut Draft) -> Lowered {
    let parts: Vec<_> = (0..node.inputs.len()).map(|index| node.value(index, draft)).collect();
    let computed = node.inputs.iter().position(|wire| matches!(wire, Wire::Value(_))).unwrap_or(0);
    let output = draft.typed(node.element_type, node.shape.clone(), parts[computed].order.clone());
    let strides = output.strides();
    let mut start = 0;
    for part in &parts {
        if part.shape.contains(&0) {
            continue;
        }
        let part = &draft.cast(node.name, part, node.element_type);
        draft.copy(node.name, part, 0, &part.strides(), &output, start * strides[op.axis], &strides, &part.shape);
        start += part.shape[op.axis];
    }
    Ok(output)
}
