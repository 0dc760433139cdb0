//! BitCast: the same bits as elements of another type of the same size.

use super::{Input, Inputs, Native, Output};
use crate::draft::Draft;
use crate::lower::carry::Handling;
use crate::lower::{Lowered, Node};
use crate::types;
use maasm_plan::ElementType;
use std::sync::Arc;
use tract_onnx::pb::NodeProto;
use tract_onnx::tract_hir::internal::*;

#[derive(Debug)]
struct BitCast {
    to: DatumType,
}

/// Reads its attribute.
///
/// # Errors
/// If it is missing or names an element type that is not supported.
pub fn read(node: &NodeProto, _: i64) -> TractResult<Arc<dyn Native>> {
    Ok(Arc::new(BitCast { to: node.get_attr("to")? }))
}

impl Native for BitCast {
    fn name(&self) -> &'static str {
        "BitCast"
    }

    fn handling(&self) -> Handling {
        Handling::Moves
    }

    fn outputs(&self, inputs: &Inputs<Input>) -> Result<Option<Vec<Output>>, String> {
        let input = inputs.first().cloned().flatten().ok_or("it has no input")?;
        let [from, to] = [types::stored(input.datum_type)?, types::stored(self.to)?];
        if from.size() != to.size() {
            return Err(format!("elements of {from:?} and {to:?} differ in size"));
        }
        Ok(Some(vec![(self.to, input.shape)]))
    }

    fn lower(&self, node: &Node, _: &Inputs<usize>, draft: &mut Draft) -> Lowered {
        let input = node.value(0, draft);
        if self.to == DatumType::F16 || self.to.size_of() != draft.element_type(&input).size() as usize {
            return Err(format!("the bits of {:?} are not kept while computing", ElementType::F16));
        }
        let output = draft.typed(node.element_type, input.shape.clone(), input.order.clone());
        draft.copy(node.name, &input, 0, &input.strides(), &output, 0, &output.strides(), &input.shape);
        Ok(output)
    }
}
