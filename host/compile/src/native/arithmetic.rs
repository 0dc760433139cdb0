//! Mod, whose result has the sign of one operand or the other, Mean of tensors that are broadcast, and BitShift.

use super::{Input, Inputs, Native, Output};
use crate::draft::{Draft, Value};
use crate::lower::{Lowered, Node, einsum};
use maasm_plan::op::BinaryKind;
use std::sync::Arc;
use tract_onnx::pb::NodeProto;
use tract_onnx::tract_hir::internal::*;

#[derive(Debug)]
enum Arithmetic {
    /// What is left of a division.
    Rest {
        /// Whether the sign is the dividend's (C's `fmod`), else the divisor's.
        of_dividend: bool,
    },
    /// The mean of several tensors.
    Mean,
    /// Bits moved up or down.
    Shift(BinaryKind),
}

/// Reads the attributes of either.
///
/// # Errors
/// If one has the wrong type.
pub fn read(node: &NodeProto, _: i64) -> TractResult<Arc<dyn Native>> {
    if node.op_type == "Mean" {
        return Ok(Arc::new(Arithmetic::Mean));
    }
    if node.op_type == "BitShift" {
        return Ok(Arc::new(Arithmetic::Shift(match &*node.get_attr::<String>("direction")? {
            "LEFT" => BinaryKind::ShiftLeft,
            "RIGHT" => BinaryKind::ShiftRight,
            other => bail!("direction {other:?} is not defined"),
        })));
    }
    Ok(Arc::new(Arithmetic::Rest { of_dividend: node.get_attr_opt::<i64>("fmod")?.unwrap_or(0) == 1 }))
}

impl Native for Arithmetic {
    fn name(&self) -> &'static str {
        match self {
            Self::Rest { .. } => "Mod",
            Self::Mean => "Mean",
            Self::Shift(_) => "BitShift",
        }
    }

    fn outputs(&self, inputs: &Inputs<Input>) -> Result<Option<Vec<Output>>, String> {
        let given: Vec<&Input> = inputs.iter().flatten().collect();
        let first = given.first().ok_or("it has no input")?;
        let shapes: Vec<&[usize]> = given.iter().map(|input| &input.shape[..]).collect();
        Ok(Some(vec![(first.datum_type, einsum::broadcast(&shapes)?)]))
    }

    fn lower(&self, node: &Node, _: &Inputs<usize>, draft: &mut Draft) -> Lowered {
        let values: Vec<Value> = (0..node.inputs.len()).map(|index| node.value(index, draft)).collect();
        match (self, &values[..]) {
            (Self::Rest { of_dividend }, [a, b]) => {
                let kind = if *of_dividend { BinaryKind::Remainder } else { BinaryKind::Modulo };
                draft.combine(node.name, kind, a, b, &node.shape)
            }
            (Self::Shift(kind), [a, b]) => draft.combine(node.name, *kind, a, b, &node.shape),
            (Self::Mean, [first, rest @ ..]) => {
                let mut sum = first.clone();
                for value in rest {
                    let shape = einsum::broadcast(&[&sum.shape, &value.shape])?;
                    sum = draft.combine(node.name, BinaryKind::Add, &sum, value, &shape)?;
                }
                let count = draft.table(&[], &[values.len() as f32]);
                draft.combine(node.name, BinaryKind::Div, &sum, &count, &node.shape)
            }
            _ => Err(format!("{} inputs are not what it is defined for", values.len())),
        }
    }
}
