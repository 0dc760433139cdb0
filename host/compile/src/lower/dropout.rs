//! Dropout, which while a model is used drops nothing.

use super::{Lowered, Node};
use crate::draft::Draft;
use maasm_plan::ElementType;
use tract_onnx::prelude::DatumType;

pub fn lower(node: Node, draft: &mut Draft) -> Lowered {
    // Behind the input there may be the share that is dropped, and the truth value whether the model is being trained.
    for index in 1..node.inputs.len() {
        let given = node.given(index, draft);
        if given.datum_type != DatumType::Bool {
            continue;
        }
        match given.value.filter(|value| value.len() == 1).map(|value| value.cast_to_scalar::<bool>()) {
            Some(Ok(false)) => {}
            Some(_) => return Err("it is in training mode; export the model for inference".into()),
            None => return Err("whether it is in training mode is decided at run time; export it for inference".into()),
        }
    }
    if node.slot == 1 {
        let kept = draft.typed(ElementType::Bool, node.shape.clone(), (0..node.shape.len()).collect());
        draft.fill(node.name, &kept, 1.0);
        return Ok(kept);
    }
    Ok(node.value(0, draft))
}
