//! Repetition of a whole tensor along its axes.

use super::{Lowered, Node};
use crate::draft::Draft;

pub fn lower(node: Node, draft: &mut Draft) -> Lowered {
    let input = node.value(0, draft);
    let output = draft.like(&input, node.shape.clone(), input.order.clone());
    // Every axis is seen as two: how often, and the axis itself.
    let (from, to) = (input.strides(), output.strides());
    let places: Vec<(usize, usize, usize)> = output
        .order
        .iter()
        .flat_map(|&axis| {
            let (extent, times) = (input.shape[axis], node.shape[axis] / input.shape[axis]);
            [(times, 0, to[axis] * extent), (extent, from[axis], to[axis])]
        })
        .collect();
    draft.copy_places(node.name, (&input, 0), (&output, 0), places);
    Ok(output)
}
