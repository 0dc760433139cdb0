//! Element-wise functions of two tensors.

use super::{Lowered, Node};
use crate::draft::{Draft, Value};
use crate::kernel::Kernel;
use maasm_plan::op::{BinaryKind, Reduce, ReduceKind, Unary};
use maasm_plan::{ElementType, Op};
use tract_onnx::prelude::Tensor;
use tract_onnx::tract_core::ops::binary::TypedBinOp;

pub fn lower(op: &TypedBinOp, node: Node, draft: &mut Draft) -> Lowered {
    let (kind, turned) = match op.0.name() {
        "Add" => (BinaryKind::Add, false),
        "Sub" => (BinaryKind::Sub, false),
        "SubF" => (BinaryKind::Sub, true),
        "Mul" => (BinaryKind::Mul, false),
        "Div" => (BinaryKind::Div, false),
        "Min" => (BinaryKind::Min, false),
        "Max" => (BinaryKind::Max, false),
        "Pow" => (BinaryKind::Pow, false),
        "Prelu" => (BinaryKind::Prelu, false),
        "Rem" => (BinaryKind::Remainder, false),
        "And" | "BitAnd" => (BinaryKind::And, false),
        "Or" | "BitOr" => (BinaryKind::Or, false),
        "Xor" | "BitXor" => (BinaryKind::Xor, false),
        "ShiftLeft" => (BinaryKind::ShiftLeft, false),
        "ShiftRight" => (BinaryKind::ShiftRight, false),
        "Eq" => (BinaryKind::Equal, false),
        "NE" => (BinaryKind::NotEqual, false),
        "LT" => (BinaryKind::Less, false),
        "LTE" => (BinaryKind::LessOrEqual, false),
        "GT" => (BinaryKind::Less, true),
        "GTE" => (BinaryKind::LessOrEqual, true),
        other => return Err(format!("{other} of two tensors is not supported yet")),
    };
    let places = if turned { [1, 0] } else { [0, 1] };
    let output = of_two(kind, places, &node, draft)?;
    Ok(draft.cast(node.name, &output, node.element_type))
}

/// A function of two of the node's inputs, as a part of the step that makes one of them where there is a way.
///
/// # Errors
/// If it is not defined for elements of their type.
pub fn of_two(kind: BinaryKind, [first, second]: [usize; 2], node: &Node, draft: &mut Draft) -> Lowered {
    let (a, b) = match (node.constant(first), node.constant(second)) {
        (None, Some(constant)) => {
            let value = node.value(first, draft);
            if let Some(folded) = with_constant(kind, &value, constant, node, draft) {
                return Ok(folded);
            }
            (value, draft.constant(constant))
        }
        (Some(constant), None) => {
            let value = node.value(second, draft);
            if commutes(kind)
                && let Some(folded) = with_constant(kind, &value, constant, node, draft)
            {
                return Ok(folded);
            }
            (draft.constant(constant), value)
        }
        _ => {
            let (a, b) = (node.value(first, draft), node.value(second, draft));
            if kind == BinaryKind::Add {
                for (value, other) in [(&a, &b), (&b, &a)] {
                    if draft.add_residual(value, other) {
                        return Ok(value.clone());
                    }
                }
            }
            if kind == BinaryKind::Mul {
                for (x, sigmoid) in [(&a, &b), (&b, &a)] {
                    if let Some(silu) = as_silu(x, sigmoid, node, draft) {
                        return Ok(silu);
                    }
                }
            }
            (a, b)
        }
    };
    draft.combine(node.name, kind, &a, &b, &node.shape)
}

fn commutes(kind: BinaryKind) -> bool {
    matches!(kind, BinaryKind::Add | BinaryKind::Mul | BinaryKind::Min | BinaryKind::Max)
}

/// `value ∘ constant` without a step of its own, where there is a way.
fn with_constant(kind: BinaryKind, value: &Value, constant: &Tensor, node: &Node, draft: &mut Draft) -> Option<Value> {
    if value.shape != node.shape || draft.element_type(value) != ElementType::F32 {
        return None;
    }
    if constant.len() == 1 {
        let scalar = *constant.to_plain_array_view::<f32>().ok()?.iter().next()?;
        let clamp = match kind {
            BinaryKind::Max => Some(Unary::Clamp { low: scalar, high: f32::INFINITY }),
            BinaryKind::Min => Some(Unary::Clamp { low: f32::NEG_INFINITY, high: scalar }),
            BinaryKind::Pow if scalar == 2.0 => Some(Unary::Square),
            BinaryKind::Pow if scalar == 0.5 => Some(Unary::Sqrt),
            BinaryKind::Pow if scalar == -1.0 => Some(Unary::Reciprocal),
            _ => None,
        };
        if let Some(clamp) = clamp {
            return Some(draft.activate(node.name, value, clamp));
        }
        if as_mean(kind, value, scalar, draft) {
            return Some(value.clone());
        }
    }
    draft.fold_constant(value, kind, constant).then(|| value.clone())
}

/// Turns the sum that makes the value into a mean, if the division by `scalar` amounts to that.
fn as_mean(kind: BinaryKind, value: &Value, scalar: f32, draft: &mut Draft) -> bool {
    let Some(step) = draft.fusible(value) else { return false };
    let Kernel::Plain(Op::Reduce(Reduce { kind: sum @ ReduceKind::Sum, extent, .. })) = &mut step.kernel else {
        return false;
    };
    let count = *extent as f32;
    let is_mean = kind == BinaryKind::Div && scalar == count || kind == BinaryKind::Mul && scalar == count.recip();
    if is_mean {
        *sum = ReduceKind::Mean;
    }
    is_mean
}

/// `x · sigmoid(x)` as one function.
fn as_silu(x: &Value, sigmoid: &Value, node: &Node, draft: &mut Draft) -> Option<Value> {
    let step = draft.fusible(sigmoid)?;
    let Kernel::Plain(Op::Unary(Unary::Sigmoid)) = step.kernel else { return None };
    if step.inputs[0].buffer != x.buffer || x.shape != sigmoid.shape || x.order != sigmoid.order {
        return None;
    }
    let index = draft.buffers[sigmoid.buffer].producer?;
    draft.steps[index] = None;
    let others = draft.steps.iter().flatten().any(|step| step.inputs.iter().any(|i| i.buffer == x.buffer));
    draft.buffers[x.buffer].read = others;
    Some(draft.activate(node.name, x, Unary::Silu))
}
