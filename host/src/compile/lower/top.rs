//! The largest or smallest elements.

use super::reduce::grouped;
use super::{Lowered, Node, Wire};
use crate::compile::draft::Draft;
use maasm_plan::op::Top;
use maasm_plan::{ElementType, Op};
use tract_onnx::tract_core::ops::array::Topk;
use tract_onnx::tract_hir::internal::*;

pub fn lower(op: &Topk, node: Node, draft: &mut Draft) -> Lowered {
    let value = node.value(0, draft);
    let (value, [outer, extent, inner]) = grouped(&value, &[op.axis], node.name, draft);
    let output = draft.typed(node.element_type, node.shape.clone(), value.order.clone());
    let count = node.shape[op.axis] as u32;
    let top = Top { outer, extent, inner, count, largest: op.largest, places: node.slot == 1 };
    draft.push_unary(node.name, Op::Top(top), &value, &output);
    if node.constant(1).is_none() {
        let count = node.value(1, draft);
        let count = draft.cast(node.name, &count, ElementType::I64);
        draft.count(&output, op.axis, count);
    }
    Ok(output)
}

/// The shape that there is at most where how many are wanted is computed: all of them.
pub fn greatest_shape(node: &TypedNode, inputs: &[Wire]) -> Option<Vec<usize>> {
    match (node.op_is::<Topk>(), inputs) {
        (true, [Wire::Value(value), Wire::Value(_)]) => Some(value.shape.clone()),
        _ => None,
    }
}
