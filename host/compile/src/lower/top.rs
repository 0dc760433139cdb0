//! The largest or smallest elements.

use super::reduce::grouped;
use super::{Lowered, Node, Wire};
use crate::draft::Draft;
use maasm_plan::op::Top;
use maasm_plan::{ElementType, Op};
use tract_onnx::tract_core::ops::array::Topk;
use tract_onnx::tract_hir::internal::*;

pub fn lower(op: &Topk, node: Node, draft: &mut Draft) -> Lowered {
    let value = node.value(0, draft);
    let wide = draft.element_type(&value) == ElementType::F64;
    let value = if wide { draft.keys(node.name, &value)? } else { value };
    let (value, [outer, extent, inner]) = grouped(&value, &[op.axis], node.name, draft);
    let made = if node.slot == 1 { ElementType::I64 } else { draft.element_type(&value) };
    let mut output = draft.typed(made, node.shape.clone(), value.order.clone());
    let count = node.shape[op.axis] as u32;
    let top = Top { outer, extent, inner, count, largest: op.largest, places: node.slot == 1 };
    draft.push_unary(node.name, Op::Top(top), &value, &output);
    if wide && node.slot == 0 {
        output = draft.of_keys(node.name, &output)?;
    }
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
