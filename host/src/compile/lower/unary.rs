//! Element-wise functions of one tensor.

use super::{Lowered, Node};
use crate::compile::activation::Activation;
use crate::compile::draft::Draft;
use maasm_plan::op::Unary;
use tract_onnx::tract_core::ops::element_wise::ElementWiseOp;
use tract_onnx::tract_core::ops::math::{
    Abs, Ceil, Erf, Exp, Floor, Ln, Neg, Recip, RoundHalfToEven, Rsqrt, Sign, Sqrt, Square, Tanh,
};
use tract_onnx::tract_core::ops::nn::{HardSwish, LeakyRelu, Sigmoid, Silu};

pub fn lower(op: &ElementWiseOp, node: Node, draft: &mut Draft) -> Lowered {
    let unary = function(op).ok_or_else(|| format!("{} is not supported yet", op.0.name()))?;
    let value = node.value(0, draft);
    Ok(draft.activate(node.name, &value, unary))
}

fn function(op: &ElementWiseOp) -> Option<Unary> {
    let op = &*op.0;
    if let Some(Activation(unary)) = op.downcast_ref::<Activation>() {
        return Some(*unary);
    }
    if let Some(op) = op.downcast_ref::<LeakyRelu>() {
        return Some(Unary::LeakyRelu { alpha: op.alpha });
    }
    Some(match () {
        () if op.is::<Abs>() => Unary::Abs,
        () if op.is::<Ceil>() => Unary::Ceil,
        () if op.is::<Erf>() => Unary::Erf,
        () if op.is::<Exp>() => Unary::Exp,
        () if op.is::<Floor>() => Unary::Floor,
        () if op.is::<HardSwish>() => Unary::HardSwish,
        () if op.is::<Ln>() => Unary::Log,
        () if op.is::<Neg>() => Unary::Neg,
        () if op.is::<Recip>() => Unary::Reciprocal,
        () if op.is::<RoundHalfToEven>() => Unary::Round,
        () if op.is::<Rsqrt>() => Unary::Rsqrt,
        () if op.is::<Sigmoid>() => Unary::Sigmoid,
        () if op.is::<Sign>() => Unary::Sign,
        () if op.is::<Silu>() => Unary::Silu,
        () if op.is::<Sqrt>() => Unary::Sqrt,
        () if op.is::<Square>() => Unary::Square,
        () if op.is::<Tanh>() => Unary::Tanh,
        () => return None,
    })
}
