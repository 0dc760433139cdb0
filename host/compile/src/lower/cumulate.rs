//! Running sums.

use super::reduce::grouped;
use super::{Lowered, Node};
use crate::draft::Draft;
use maasm_plan::Op;
use maasm_plan::op::Cumulate;
use tract_onnx::tract_core::ops::array::CumSum;

pub fn lower(op: &CumSum, node: Node, draft: &mut Draft) -> Lowered {
    let value = node.value(0, draft);
    let (value, [outer, extent, inner]) = grouped(&value, &[op.axis], node.name, draft);
    let output = draft.like(&value, node.shape.clone(), value.order.clone());
    let (exclusive, reverse) = (op.exclusive, op.reverse);
    draft.push_unary(node.name, Op::Cumulate(Cumulate { outer, extent, inner, exclusive, reverse }), &value, &output);
    Ok(output)
}
