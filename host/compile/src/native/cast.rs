//! Cast and CastLike.

use super::{Input, Inputs, Native, Output};
use crate::draft::Draft;
use crate::lower::carry::Handling;
use crate::lower::{Lowered, Node};
use std::sync::Arc;
use tract_onnx::pb::NodeProto;
use tract_onnx::tract_hir::internal::*;

/// A cast to a type, or to that of the second input.
#[derive(Debug)]
struct Cast {
    to: Option<DatumType>,
}

/// Reads the attributes of either.
///
/// # Errors
/// If the type is missing or none that is supported.
pub fn read(node: &NodeProto, _: i64) -> TractResult<Arc<dyn Native>> {
    Ok(Arc::new(Cast { to: if node.op_type == "Cast" { Some(node.get_attr("to")?) } else { None } }))
}

impl Native for Cast {
    fn name(&self) -> &'static str {
        if self.to.is_some() { "Cast" } else { "CastLike" }
    }

    fn handling(&self) -> Handling {
        Handling::Moves
    }

    fn outputs(&self, inputs: &Inputs<Input>) -> Result<Option<Vec<Output>>, String> {
        let input = inputs.first().cloned().flatten().ok_or("it has no input")?;
        let like = inputs.get(1).and_then(Option::as_ref).map(|like| like.datum_type);
        let to = self.to.or(like).ok_or("it is not told the type")?;
        Ok(Some(vec![(if to == DatumType::TDim { DatumType::I64 } else { to }, input.shape)]))
    }

    fn lower(&self, node: &Node, _: &Inputs<usize>, draft: &mut Draft) -> Lowered {
        let value = node.value(0, draft);
        Ok(draft.cast(node.name, &value, node.element_type))
    }
}
