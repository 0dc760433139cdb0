//! Repetition along axes of extent 1.

use super::elementwise::broadcast_strides;
use super::{Lowered, Node};
use crate::draft::Draft;

pub fn lower(node: Node, draft: &mut Draft) -> Lowered {
    let input = node.value(0, draft);
    let missing = node.shape.len().checked_sub(input.shape.len()).ok_or("it would lose axes")?;
    let strides = broadcast_strides(&input, node.shape.len());
    let order = (0..missing).chain(input.order.iter().map(|axis| axis + missing)).collect();
    let output = draft.like(&input, node.shape.clone(), order);
    draft.copy(node.name, &input, 0, &strides, &output, 0, &output.strides(), &node.shape);
    Ok(output)
}
