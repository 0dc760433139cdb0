//! Operators whose number of results depends on the input: NonMaxSuppression and NonZero. As many rows are kept ready
//! as there can be at most, and the model's output ends behind those that are used.

use super::{Input, Inputs, Native, Output};
use crate::draft::{Draft, Value, operand};
use crate::kernel::Kernel;
use crate::lower::carry::Handling;
use crate::lower::{Lowered, Node};
use maasm_plan::op::{self, Suppress};
use maasm_plan::{ElementType, Op};
use std::sync::Arc;
use tract_onnx::pb::NodeProto;
use tract_onnx::tract_hir::internal::*;

#[derive(Debug)]
struct NonMaxSuppression {
    centred: bool,
}

/// Reads the attributes of NonMaxSuppression.
///
/// # Errors
/// If one has the wrong type.
pub fn read_suppression(node: &NodeProto, _: i64) -> TractResult<Arc<dyn Native>> {
    let centred = node.get_attr_opt::<i64>("center_point_box")?.unwrap_or(0) != 0;
    Ok(Arc::new(NonMaxSuppression { centred }))
}

impl NonMaxSuppression {
    /// Batch, classes, boxes, and rows for each class.
    fn sizes(inputs: &Inputs<Input>) -> Result<[usize; 4], String> {
        let [Some(boxes), Some(scores), rest @ ..] = &inputs[..] else { return Err("it needs two inputs".into()) };
        let (&[batch, count, 4], &[of, classes, scored]) = (&boxes.shape[..], &scores.shape[..]) else {
            return Err(format!("boxes {:?} and scores {:?} do not go together", boxes.shape, scores.shape));
        };
        if batch != of || count != scored {
            return Err(format!("boxes {:?} and scores {:?} do not go together", boxes.shape, scores.shape));
        }
        let most = rest.first().and_then(Option::as_ref).and_then(|most| most.value.as_ref());
        let most = most.filter(|most| most.len() == 1).and_then(|most| most.cast_to_scalar::<i64>().ok());
        let limit = most.map_or(count, |most| count.min(usize::try_from(most).unwrap_or(0)));
        Ok([batch, classes, count, limit])
    }
}

impl Native for NonMaxSuppression {
    fn name(&self) -> &'static str {
        "NonMaxSuppression"
    }

    fn is_counted(&self) -> bool {
        true
    }

    fn outputs(&self, inputs: &Inputs<Input>) -> Result<Option<Vec<Output>>, String> {
        let [batch, classes, _, limit] = Self::sizes(inputs)?;
        Ok(Some(vec![(DatumType::I64, vec![batch * classes * limit, 3])]))
    }

    fn lower(&self, node: &Node, at: &Inputs<usize>, draft: &mut Draft) -> Lowered {
        let given: Inputs<Input> = at.iter().map(|place| place.map(|place| node.given(place, draft))).collect();
        let [batch, classes, boxes, limit] = Self::sizes(&given)?.map(|extent| extent as u32);
        let name = node.name;
        let mut floats = |place: usize, missing: f32| match at.get(place).copied().flatten() {
            Some(place) if node.given(place, draft).shape.iter().product::<usize>() > 0 => {
                let value = node.value(place, draft);
                let value = draft.cast(name, &value, ElementType::F32);
                draft.row_major(name, &value)
            }
            _ => draft.table(&[], &[missing]),
        };
        let values = [floats(0, 0.0), floats(1, 0.0), floats(3, 0.0), floats(4, f32::NEG_INFINITY)];
        let most = match at.get(2).copied().flatten() {
            Some(place) => {
                let value = node.value(place, draft);
                draft.cast(name, &value, ElementType::I64)
            }
            None => draft.table(&[], &[0i64]),
        };
        let output = draft.typed(ElementType::I64, node.shape.clone(), vec![0, 1]);
        let op = Suppress { batch, classes, boxes, limit, centred: self.centred };
        let [boxes, scores, overlap, score] = values.each_ref().map(operand);
        let inputs = vec![boxes, scores, operand(&most), overlap, score];
        draft.push(name, Kernel::Plain(Op::Suppress(op)), inputs, operand(&output));
        counted(name, &output, 0, 3, draft);
        Ok(output)
    }
}

/// Says that the output ends behind its used rows.
fn counted(name: &str, output: &Value, axis: usize, width: usize, draft: &mut Draft) {
    let count = draft.typed(ElementType::I64, vec![], vec![]);
    draft.push_unary(name, Op::Count(op::Count { width: width as u32 }), output, &count);
    draft.count(output, axis, count);
}

#[derive(Debug)]
struct NonZero;

/// NonZero has no attributes.
///
/// # Errors
/// Never.
pub fn read_non_zero(_: &NodeProto, _: i64) -> TractResult<Arc<dyn Native>> {
    Ok(Arc::new(NonZero))
}

impl Native for NonZero {
    fn name(&self) -> &'static str {
        "NonZero"
    }

    fn is_counted(&self) -> bool {
        true
    }

    fn handling(&self) -> Handling {
        Handling::Compares
    }

    fn outputs(&self, inputs: &Inputs<Input>) -> Result<Option<Vec<Output>>, String> {
        let input = inputs.first().cloned().flatten().ok_or("it has no input")?;
        if input.shape.is_empty() {
            return Err("its input has no axes".into());
        }
        Ok(Some(vec![(DatumType::I64, vec![input.shape.len(), input.shape.iter().product()])]))
    }

    fn lower(&self, node: &Node, _: &Inputs<usize>, draft: &mut Draft) -> Lowered {
        let mut input = node.value(0, draft);
        if draft.element_type(&input) == ElementType::F64 {
            input = draft.keys(node.name, &input)?;
        }
        let input = draft.row_major(node.name, &input);
        // Rows of coordinates, which the source model has as columns.
        let output = draft.typed(ElementType::I64, node.shape.clone(), vec![1, 0]);
        let shape = input.shape.iter().map(|&extent| extent as u32).collect();
        draft.push_unary(node.name, Op::NonZero(op::NonZero { shape }), &input, &output);
        counted(node.name, &output, 1, input.shape.len(), draft);
        Ok(output)
    }
}
