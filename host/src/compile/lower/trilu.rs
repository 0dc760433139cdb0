//! The upper or the lower triangle of matrices.

use super::{Lowered, Node};
use crate::compile::draft::Draft;
use tract_onnx::tract_core::ops::array::Trilu;

pub fn lower(op: &Trilu, node: Node, draft: &mut Draft) -> Lowered {
    let value = node.value(0, draft);
    let diagonal = node.constant(1).ok_or("its diagonal is computed at run time")?;
    let diagonal = diagonal.cast_to_scalar::<i64>().map_err(|error| error.to_string())?;
    let [.., rows, columns] = node.shape[..] else { return Err("its input is no matrix".into()) };
    let kept = |at: usize| {
        let beyond = (at % columns) as i64 - (at / columns) as i64 - diagonal;
        if op.upper { beyond >= 0 } else { beyond <= 0 }
    };
    let kept = draft.table(&[rows, columns], &(0..rows * columns).map(kept).collect::<Vec<bool>>());
    let zero = draft.typed(node.element_type, vec![1], vec![0]);
    draft.fill(node.name, &zero, 0.0);
    Ok(draft.select(node.name, [&kept, &value, &zero], &node.shape))
}
