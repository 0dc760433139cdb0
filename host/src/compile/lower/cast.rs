//! Change of element type.

use super::{Lowered, Node};
use crate::compile::draft::Draft;
use maasm_plan::ElementType;
use tract_onnx::prelude::DatumType;

pub fn lower(to: DatumType, node: Node, draft: &mut Draft) -> Lowered {
    if to.is_quantized() {
        return Err("a cast to a quantised type is not supported".into());
    }
    let value = node.value(0, draft);
    if to == DatumType::F16 {
        // Rounded to what f16 can hold, and f32 again.
        let rounded = draft.cast(node.name, &value, ElementType::F16);
        return Ok(draft.cast(node.name, &rounded, ElementType::F32));
    }
    Ok(draft.cast(node.name, &value, node.element_type))
}
