//! Element-wise functions of one tensor.

use super::{Lowered, Node};
use crate::activation::Activation;
use crate::draft::{Draft, Value};
use maasm_plan::ElementType;
use maasm_plan::op::{BinaryKind, Unary};
use tract_onnx::tract_core::ops::element_wise::ElementWiseOp;
use tract_onnx::tract_core::ops::logic::{BitNot, Not};
use tract_onnx::tract_core::ops::math::{
    Abs, Acos, Acosh, Asin, Asinh, Atan, Atanh, Ceil, Cos, Cosh, Erf, Exp, Floor, Ln, Neg, PowConst, Recip,
    RoundHalfToEven, Rsqrt, Sign, Sin, Sinh, Sqrt, Square, Tan, Tanh,
};
use tract_onnx::tract_core::ops::nn::{HardSwish, LeakyRelu, Sigmoid, Silu};

pub fn lower(op: &ElementWiseOp, node: Node, draft: &mut Draft) -> Lowered {
    let value = node.value(0, draft);
    let mini = &*op.0;
    if let Some(op) = mini.downcast_ref::<PowConst>() {
        let exponent = draft.table(&[], &[op.exponent]);
        return draft.combine(node.name, BinaryKind::Pow, &value, &exponent, &node.shape);
    }
    let unary = function(op).ok_or_else(|| format!("{} is not supported yet", op.0.name()))?;
    apply(unary, &value, &node, draft)
}

/// The function of integers is computed as that of floats where it has no other definition.
fn apply(unary: Unary, value: &Value, node: &Node, draft: &mut Draft) -> Lowered {
    let own = match unary {
        Unary::Neg | Unary::Abs | Unary::Sign => draft.element_type(value) != ElementType::Bool,
        Unary::Not => draft.element_type(value) != ElementType::F32,
        _ => draft.element_type(value) == ElementType::F32,
    };
    if own {
        return Ok(draft.activate(node.name, value, unary));
    }
    if unary == Unary::Not {
        return Err("the contrary of floats is not defined".into());
    }
    if let Unary::Clamp { low, high } = unary {
        return clamp(low, high, value, node, draft);
    }
    let float = draft.cast(node.name, value, ElementType::F32);
    let output = draft.activate(node.name, &float, unary);
    Ok(draft.cast(node.name, &output, node.element_type))
}

/// Bounds for integers.
fn clamp(low: f32, high: f32, value: &Value, node: &Node, draft: &mut Draft) -> Lowered {
    let mut value = value.clone();
    for (kind, bound) in [(BinaryKind::Max, low), (BinaryKind::Min, high)] {
        if bound.is_finite() {
            let bound = draft.table(&[], &[bound]);
            value = draft.combine(node.name, kind, &value, &bound, &node.shape)?;
        }
    }
    Ok(value)
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
        () if op.is::<Acos>() => Unary::Acos,
        () if op.is::<Acosh>() => Unary::Acosh,
        () if op.is::<Asin>() => Unary::Asin,
        () if op.is::<Asinh>() => Unary::Asinh,
        () if op.is::<Atan>() => Unary::Atan,
        () if op.is::<Atanh>() => Unary::Atanh,
        () if op.is::<Ceil>() => Unary::Ceil,
        () if op.is::<Cos>() => Unary::Cos,
        () if op.is::<Cosh>() => Unary::Cosh,
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
        () if op.is::<Sin>() => Unary::Sin,
        () if op.is::<Sinh>() => Unary::Sinh,
        () if op.is::<Sqrt>() => Unary::Sqrt,
        () if op.is::<Square>() => Unary::Square,
        () if op.is::<Tan>() => Unary::Tan,
        () if op.is::<Tanh>() => Unary::Tanh,
        () if op.is::<Not>() || op.is::<BitNot>() => Unary::Not,
        () => return None,
    })
}
