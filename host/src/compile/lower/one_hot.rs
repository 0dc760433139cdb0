//! Indices as rows of which one element is on.

use super::{Lowered, Node};
use crate::compile::draft::{Draft, Value};
use crate::compile::types;
use maasm_plan::ElementType;
use maasm_plan::op::BinaryKind;
use tract_onnx::tract_core::ops::array::OneHot;

pub fn lower(op: &OneHot, node: Node, draft: &mut Draft) -> Lowered {
    draft.allow(op.dim)?;
    let indices = node.value(0, draft);
    let indices = draft.cast(node.name, &indices, ElementType::I64);
    let (zero, depth) = (draft.table(&[], &[0i64]), draft.table(&[], &[op.dim as i64]));
    let shape = indices.shape.clone();
    // Negative ones count from the end.
    let negative = draft.combine(node.name, BinaryKind::Less, &indices, &zero, &shape)?;
    let counted = draft.combine(node.name, BinaryKind::Add, &indices, &depth, &shape)?;
    let indices = draft.select(node.name, [&negative, &counted, &indices], &shape);
    let indices = draft.row_major(node.name, &indices);
    let mut with_axis = shape;
    with_axis.insert(op.axis, 1);
    let indices = Value { buffer: indices.buffer, order: (0..with_axis.len()).collect(), shape: with_axis };
    let mut along = vec![1; node.shape.len()];
    along[op.axis] = op.dim;
    let places = draft.table(&along, &(0..op.dim as i64).collect::<Vec<_>>());
    let hit = draft.combine(node.name, BinaryKind::Equal, &indices, &places, &node.shape)?;
    let [on, off] = [draft.constant(&types::as_computed(&op.on)?), draft.constant(&types::as_computed(&op.off)?)];
    Ok(draft.select(node.name, [&hit, &on, &off], &node.shape))
}
