//! Softmax.

use super::reduce::grouped;
use super::{Lowered, Node};
use crate::draft::Draft;
use maasm_plan::{Op, op};
use tract_onnx::tract_core::ops::nn::{Softmax, SoftmaxKind};

pub fn lower(op: &Softmax, node: Node, draft: &mut Draft) -> Lowered {
    if op.quant_output_dt.is_some() {
        return Err("quantised softmax is not supported yet".into());
    }
    let value = node.value(0, draft);
    let (value, [outer, extent, inner]) = grouped(&value, &op.axes, node.name, draft);
    let log = op.kind == SoftmaxKind::LogSoftmax;
    let output = draft.value(node.shape.clone(), value.order.clone());
    draft.push_unary(node.name, Op::Softmax(op::Softmax { outer, extent, inner, log }), &value, &output);
    Ok(output)
}
