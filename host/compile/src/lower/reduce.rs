//! Reductions over one or several axes.

use super::{Lowered, Node};
use crate::draft::{Draft, Value};
use maasm_plan::op::{Reduce, ReduceKind, Unary};
use maasm_plan::{ElementType, Op};
use tract_onnx::tract_core::ops::nn::{self, Reducer};

pub fn lower(op: &nn::Reduce, node: Node, draft: &mut Draft) -> Lowered {
    let value = node.value(0, draft);
    let kind = match op.reducer {
        Reducer::Sum => ReduceKind::Sum,
        Reducer::Max | Reducer::Any => ReduceKind::Max,
        Reducer::Min | Reducer::All => ReduceKind::Min,
        Reducer::Prod => ReduceKind::Product,
        Reducer::ArgMax(false) => ReduceKind::ArgMax,
        Reducer::ArgMax(true) => ReduceKind::ArgMaxLast,
        Reducer::ArgMin(false) => ReduceKind::ArgMin,
        Reducer::ArgMin(true) => ReduceKind::ArgMinLast,
        Reducer::MeanOfSquares => {
            let squares = draft.activate(node.name, &value, Unary::Square);
            return reduce(ReduceKind::Mean, &op.axes, &squares, &node, draft);
        }
    };
    if draft.element_type(&value) == ElementType::Bool && matches!(kind, ReduceKind::Sum | ReduceKind::Product) {
        return Err(format!("{:?} of truth values is not supported", op.reducer));
    }
    let output = reduce(kind, &op.axes, &value, &node, draft)?;
    Ok(draft.cast(node.name, &output, node.element_type))
}

/// The value reduced along axes, which are kept with an extent of 1.
///
/// # Errors
/// If the reduction is not defined for it.
pub fn over(name: &str, kind: ReduceKind, axes: &[usize], value: &Value, draft: &mut Draft) -> Lowered {
    let mut shape = value.shape.clone();
    axes.iter().for_each(|&axis| shape[axis] = 1);
    let element_type = draft.element_type(value);
    reduce(kind, axes, value, &Node { name, inputs: Vec::new(), slot: 0, shape, element_type }, draft)
}

/// One reduction in a step of its own.
fn reduce(kind: ReduceKind, axes: &[usize], value: &Value, node: &Node, draft: &mut Draft) -> Lowered {
    if kind.finds() && axes.len() != 1 {
        return Err(format!("the place of an extreme over {} axes is not defined", axes.len()));
    }
    if value.shape.contains(&0) {
        return nothing(kind, value, node, draft);
    }
    let (value, [outer, extent, inner]) = grouped(value, axes, node.name, draft);
    let made = if kind.finds() { ElementType::I64 } else { draft.element_type(&value) };
    let output = draft.typed(made, node.shape.clone(), value.order.clone());
    draft.push_unary(node.name, Op::Reduce(Reduce { kind, outer, extent, inner }), &value, &output);
    Ok(output)
}

/// What comes of no elements at all.
fn nothing(kind: ReduceKind, value: &Value, node: &Node, draft: &mut Draft) -> Lowered {
    let element_type = draft.element_type(value);
    let neutral = match kind {
        ReduceKind::Sum | ReduceKind::SumOfSquares => 0.0,
        ReduceKind::Product => 1.0,
        ReduceKind::Max if element_type == ElementType::F32 => f32::NEG_INFINITY,
        ReduceKind::Min if element_type == ElementType::F32 => f32::INFINITY,
        ReduceKind::Mean if element_type == ElementType::F32 => f32::NAN,
        ReduceKind::Max if element_type == ElementType::Bool => 0.0,
        ReduceKind::Min if element_type == ElementType::Bool => 1.0,
        _ => return Err(format!("{kind:?} of no elements is not defined")),
    };
    let output = draft.typed(element_type, node.shape.clone(), (0..node.shape.len()).collect());
    draft.fill(node.name, &output, neutral);
    Ok(output)
}

/// The value as `[outer, extent, inner]` where `extent` is the given axes together; moved if they lie apart.
pub fn grouped(value: &Value, axes: &[usize], name: &str, draft: &mut Draft) -> (Value, [u32; 3]) {
    let (value, range) = match value.contiguous(axes) {
        Some(range) => (value.clone(), range),
        None => {
            let (mut order, last): (Vec<_>, Vec<_>) = value.order.iter().partition(|axis| !axes.contains(axis));
            order.extend(last);
            let value = draft.ordered(name, value, &order);
            let range = value.contiguous(axes).expect("the axes were brought together");
            (value, range)
        }
    };
    let physical = value.physical();
    let product = |range: std::ops::Range<usize>| physical[range].iter().product::<usize>() as u32;
    let sizes = [product(0..range.start), product(range.clone()), product(range.end..physical.len())];
    (value, sizes)
}
