//! The upper or the lower triangle of matrices.

use super::{Lowered, Node};
use crate::draft::Draft;
use maasm_plan::ElementType;
use maasm_plan::op::BinaryKind;
use tract_onnx::tract_core::ops::array::Trilu;

pub fn lower(op: &Trilu, node: Node, draft: &mut Draft) -> Lowered {
    let value = node.value(0, draft);
    let [.., rows, columns] = node.shape[..] else { return Err("its input is no matrix".into()) };
    draft.allow(rows * columns)?;
    // By how much each column lies beyond the main diagonal.
    let beyond = |at: usize| (at % columns) as i64 - (at / columns) as i64;
    let kept = match node.constant(1) {
        Some(diagonal) if diagonal.len() == 1 => {
            let diagonal = diagonal.cast_to_scalar::<i64>().map_err(|error| error.to_string())?;
            let kept = |at| if op.upper { beyond(at) >= diagonal } else { beyond(at) <= diagonal };
            draft.table(&[rows, columns], &(0..rows * columns).map(kept).collect::<Vec<bool>>())
        }
        _ => {
            let diagonal = node.value(1, draft);
            let beyond = draft.table(&[rows, columns], &(0..rows * columns).map(beyond).collect::<Vec<i64>>());
            let [low, high] = if op.upper { [&diagonal, &beyond] } else { [&beyond, &diagonal] };
            let low = draft.cast(node.name, low, ElementType::I64);
            draft.combine(node.name, BinaryKind::LessOrEqual, &low, high, &[rows, columns])?
        }
    };
    let zero = draft.typed(node.element_type, vec![1], vec![0]);
    draft.fill(node.name, &zero, 0.0);
    Ok(draft.select(node.name, [&kept, &value, &zero], &node.shape))
}
