//! Choice between two tensors.

use super::{Lowered, Node};
use crate::draft::Draft;

pub fn lower(node: Node, draft: &mut Draft) -> Lowered {
    let [condition, a, b] = [0, 1, 2].map(|index| node.value(index, draft));
    let [a, b] = [a, b].map(|value| draft.cast(node.name, &value, node.element_type));
    Ok(draft.select(node.name, [&condition, &a, &b], &node.shape))
}
