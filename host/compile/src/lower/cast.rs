//! Change of element type.

use super::{Lowered, Node};
use crate::draft::Draft;
use tract_onnx::prelude::DatumType;

pub fn lower(to: DatumType, node: Node, draft: &mut Draft) -> Lowered {
    if to.is_quantized() {
        return Err("a cast to a quantised type is not supported".into());
    }
    let value = node.value(0, draft);
    Ok(draft.cast(node.name, &value, node.element_type))
}
