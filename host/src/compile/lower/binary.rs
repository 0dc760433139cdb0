//! Element-wise functions of two tensors.

use super::{Lowered, Node};
use crate::compile::draft::{Draft, Value, merge_axes, operand};
use crate::compile::kernel::Kernel;
use maasm_plan::Op;
use maasm_plan::op::{Binary, BinaryKind, Reduce, ReduceKind, Unary};
use tract_onnx::prelude::Tensor;
use tract_onnx::tract_core::ops::binary::TypedBinOp;

pub fn lower(op: &TypedBinOp, node: Node, draft: &mut Draft) -> Lowered {
    let kind = match op.0.name() {
        "Add" => BinaryKind::Add,
        "Sub" => BinaryKind::Sub,
        "Mul" => BinaryKind::Mul,
        "Div" => BinaryKind::Div,
        "Min" => BinaryKind::Min,
        "Max" => BinaryKind::Max,
        "Pow" => BinaryKind::Pow,
        "Prelu" => BinaryKind::Prelu,
        other => return Err(format!("{other} of two tensors is not supported yet")),
    };
    let (a, b) = match (node.constant(0), node.constant(1)) {
        (None, Some(constant)) => {
            let value = node.value(0, draft);
            if let Some(folded) = with_constant(kind, &value, constant, &node, draft) {
                return Ok(folded);
            }
            (value, draft.constant(constant))
        }
        (Some(constant), None) => {
            let value = node.value(1, draft);
            if commutes(kind)
                && let Some(folded) = with_constant(kind, &value, constant, &node, draft)
            {
                return Ok(folded);
            }
            (draft.constant(constant), value)
        }
        _ => {
            let (a, b) = (node.value(0, draft), node.value(1, draft));
            if kind == BinaryKind::Add {
                for (value, other) in [(&a, &b), (&b, &a)] {
                    if draft.add_residual(value, other) {
                        return Ok(value.clone());
                    }
                }
            }
            if kind == BinaryKind::Mul {
                for (x, sigmoid) in [(&a, &b), (&b, &a)] {
                    if let Some(silu) = as_silu(x, sigmoid, &node, draft) {
                        return Ok(silu);
                    }
                }
            }
            (a, b)
        }
    };
    push(kind, &a, &b, &node, draft)
}

fn commutes(kind: BinaryKind) -> bool {
    matches!(kind, BinaryKind::Add | BinaryKind::Mul | BinaryKind::Min | BinaryKind::Max)
}

/// `value ∘ constant` without a step of its own, where there is a way.
fn with_constant(kind: BinaryKind, value: &Value, constant: &Tensor, node: &Node, draft: &mut Draft) -> Option<Value> {
    if value.shape != node.shape {
        return None;
    }
    if constant.len() == 1 {
        let scalar = *constant.to_plain_array_view::<f32>().ok()?.iter().next()?;
        let clamp = match kind {
            BinaryKind::Max => Some(Unary::Clamp { low: scalar, high: f32::INFINITY }),
            BinaryKind::Min => Some(Unary::Clamp { low: f32::NEG_INFINITY, high: scalar }),
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

fn push(kind: BinaryKind, a: &Value, b: &Value, node: &Node, draft: &mut Draft) -> Lowered {
    if a.shape.len() != node.shape.len() || b.shape.len() != node.shape.len() {
        return Err(format!("operands of ranks {} and {} are not supported yet", a.shape.len(), b.shape.len()));
    }
    // The output lies as the operand does that is neither constant nor broadcast.
    let computed = |v: &Value| v.shape == node.shape && draft.buffers[v.buffer].constant.is_none();
    let order = if computed(a) || !computed(b) { a.order.clone() } else { b.order.clone() };
    let output = draft.value(node.shape.clone(), order);
    let strides = |v: &Value| -> Vec<usize> {
        v.strides().iter().zip(&v.shape).map(|(&stride, &extent)| if extent == 1 { 0 } else { stride }).collect()
    };
    let (a_strides, b_strides) = (strides(a), strides(b));
    let places = output.order.iter().map(|&axis| (output.shape[axis], a_strides[axis], b_strides[axis])).collect();
    let places = merge_axes(places);
    let binary = Binary {
        kind,
        shape: places.iter().map(|p| p.0 as u32).collect(),
        a_strides: places.iter().map(|p| p.1 as u32).collect(),
        b_strides: places.iter().map(|p| p.2 as u32).collect(),
        activation: None,
    };
    draft.push(node.name, Kernel::Plain(Op::Binary(binary)), vec![operand(a), operand(b)], operand(&output));
    Ok(output)
}
