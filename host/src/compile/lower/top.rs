//! The largest or smallest elements.

use super::reduce::grouped;
use super::{Lowered, Node};
use crate::compile::draft::Draft;
use maasm_plan::Op;
use maasm_plan::op::Top;
use tract_onnx::tract_core::ops::array::Topk;

pub fn lower(op: &Topk, node: Node, draft: &mut Draft) -> Lowered {
    let value = node.value(0, draft);
    let (value, [outer, extent, inner]) = grouped(&value, &[op.axis], node.name, draft);
    let output = draft.typed(node.element_type, node.shape.clone(), value.order.clone());
    let count = node.shape[op.axis] as u32;
    let top = Top { outer, extent, inner, count, largest: op.largest, places: node.slot == 1 };
    draft.push_unary(node.name, Op::Top(top), &value, &output);
    Ok(output)
}
