//! Reductions over one or several axes.

use super::{Lowered, Node};
use crate::compile::draft::{Draft, Value};
use maasm_plan::Op;
use maasm_plan::op::{Reduce, ReduceKind};
use tract_onnx::tract_core::ops::nn::{self, Reducer};

pub fn lower(op: &nn::Reduce, node: Node, draft: &mut Draft) -> Lowered {
    let kind = match op.reducer {
        Reducer::Sum => ReduceKind::Sum,
        Reducer::Max => ReduceKind::Max,
        Reducer::Min => ReduceKind::Min,
        Reducer::Prod => ReduceKind::Product,
        reducer => return Err(format!("reduction {reducer:?} is not supported yet")),
    };
    let value = node.value(0, draft);
    let (value, [outer, extent, inner]) = grouped(&value, &op.axes, node.name, draft);
    let output = draft.value(node.shape.clone(), value.order.clone());
    draft.push_unary(node.name, Op::Reduce(Reduce { kind, outer, extent, inner }), &value, &output);
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
