//! IsNaN and IsInf, of every type of floats.

use super::{Input, Inputs, Native, Output};
use crate::draft::Draft;
use crate::lower::carry::Handling;
use crate::lower::{Lowered, Node};
use maasm_plan::ElementType;
use maasm_plan::op::BinaryKind;
use std::sync::Arc;
use tract_onnx::pb::NodeProto;
use tract_onnx::tract_hir::internal::*;

#[derive(Debug)]
enum Strange {
    /// No number.
    Nan,
    /// Beyond all numbers, in these directions.
    Infinite { positive: bool, negative: bool },
}

/// Reads the attributes of either.
///
/// # Errors
/// If one has the wrong type.
pub fn read(node: &NodeProto, _: i64) -> TractResult<Arc<dyn Native>> {
    let detects = |name: &str| -> TractResult<bool> { Ok(node.get_attr_opt::<i64>(name)?.unwrap_or(1) != 0) };
    Ok(Arc::new(match node.op_type.as_str() {
        "IsNaN" => Strange::Nan,
        _ => Strange::Infinite { positive: detects("detect_positive")?, negative: detects("detect_negative")? },
    }))
}

impl Native for Strange {
    fn name(&self) -> &'static str {
        match self {
            Self::Nan => "IsNaN",
            Self::Infinite { .. } => "IsInf",
        }
    }

    fn handling(&self) -> Handling {
        Handling::Compares
    }

    fn outputs(&self, inputs: &Inputs<Input>) -> Result<Option<Vec<Output>>, String> {
        let input = inputs.first().cloned().flatten().ok_or("it has no input")?;
        Ok(Some(vec![(DatumType::Bool, input.shape)]))
    }

    fn lower(&self, node: &Node, _: &Inputs<usize>, draft: &mut Draft) -> Lowered {
        let (name, value) = (node.name, node.value(0, draft));
        let &Self::Infinite { positive, negative } = self else {
            return draft.combine(name, BinaryKind::NotEqual, &value, &value, &node.shape);
        };
        let output = draft.typed(ElementType::Bool, value.shape.clone(), value.order.clone());
        let mut found = None;
        for infinity in [(positive, f32::INFINITY), (negative, f32::NEG_INFINITY)].iter().filter(|(wanted, _)| *wanted)
        {
            let infinity = draft.table(&[], &[infinity.1]);
            let equal = draft.combine(name, BinaryKind::Equal, &value, &infinity, &node.shape)?;
            found = Some(match found {
                None => equal,
                Some(other) => draft.combine(name, BinaryKind::Or, &other, &equal, &node.shape)?,
            });
        }
        Ok(found.unwrap_or_else(|| {
            draft.fill(name, &output, 0.0);
            output
        }))
    }
}
