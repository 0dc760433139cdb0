//! Local response normalisation.

use super::{Lowered, Node};
use crate::draft::{Draft, channels_last};
use maasm_plan::{Op, op};
use tract_onnx_opl::lrn::Lrn;

pub fn lower(op: &Lrn, node: Node, draft: &mut Draft) -> Lowered {
    let value = node.value(0, draft);
    if value.shape.len() < 2 {
        return Err("its input has no channels".into());
    }
    let value = draft.ordered(node.name, &value, &channels_last(node.shape.len()));
    let output = draft.value(node.shape.clone(), value.order.clone());
    let size = u32::try_from(op.size).map_err(|_| format!("its size {} is out of range", op.size))?;
    let kernel = op::LocalResponse { size, alpha: op.alpha, beta: op.beta, bias: op.bias };
    draft.push_unary(node.name, Op::LocalResponse(kernel), &value, &output);
    Ok(output)
}
