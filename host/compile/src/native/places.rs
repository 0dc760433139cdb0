//! Operators that read elements at computed places: GatherND, OneHot, Compress and ReverseSequence.

use super::{Input, Inputs, Native, Output, counted_axis};
use crate::draft::{Draft, Value, operand};
use crate::kernel::Kernel;
use crate::lower::carry::Handling;
use crate::lower::gather::{along, by_tuple};
use crate::lower::{Lowered, Node};
use maasm_plan::op::{BinaryKind, Gather};
use maasm_plan::{ElementType, Op};
use std::sync::Arc;
use tract_onnx::pb::NodeProto;
use tract_onnx::tract_hir::internal::*;

#[derive(Debug)]
enum Places {
    /// Blocks by tuples of indices.
    Gather {
        /// Axes that both have.
        batch: usize,
    },
    /// Indices as rows of which one element is on.
    OneHot { axis: i64 },
    /// What a list of truth values says, along an axis or of all elements in a row.
    Compress { axis: Option<i64> },
    /// The beginning of each line backwards.
    Reverse { time: usize },
}

/// Reads the attributes of any of them.
///
/// # Errors
/// If one has the wrong type or is not defined.
pub fn read(node: &NodeProto, _: i64) -> TractResult<Arc<dyn Native>> {
    Ok(Arc::new(match node.op_type.as_str() {
        "GatherND" => Places::Gather { batch: node.get_attr_opt("batch_dims")?.unwrap_or(0) },
        "OneHot" => Places::OneHot { axis: node.get_attr_opt("axis")?.unwrap_or(-1) },
        "Compress" => Places::Compress { axis: node.get_attr_opt("axis")? },
        _ => {
            let time: usize = node.get_attr_opt("time_axis")?.unwrap_or(0);
            let batch: usize = node.get_attr_opt("batch_axis")?.unwrap_or(1);
            ensure!(time < 2 && batch == 1 - time, "axes {time} and {batch} are not the first two");
            Places::Reverse { time }
        }
    }))
}

impl Native for Places {
    fn name(&self) -> &'static str {
        match self {
            Self::Gather { .. } => "GatherND",
            Self::OneHot { .. } => "OneHot",
            Self::Compress { .. } => "Compress",
            Self::Reverse { .. } => "ReverseSequence",
        }
    }

    fn handling(&self) -> Handling {
        Handling::Moves
    }

    fn outputs(&self, inputs: &Inputs<Input>) -> Result<Option<Vec<Output>>, String> {
        let [Some(first), Some(second), rest @ ..] = &inputs[..] else { return Err("it needs two inputs".into()) };
        match self {
            Self::Gather { batch } => {
                let (tuple, places) = second.shape.split_last().ok_or("its indices have no axis")?;
                let rest = batch.checked_add(*tuple).and_then(|axes| first.shape.get(axes..));
                let same = first.shape.get(..*batch).is_some_and(|own| places.get(..*batch) == Some(own));
                let rest = rest.filter(|_| same).ok_or_else(|| {
                    format!("indices of shape {:?} do not go with a tensor of shape {:?}", second.shape, first.shape)
                })?;
                Ok(Some(vec![(first.datum_type, [places, rest].concat())]))
            }
            Self::OneHot { axis } => {
                let Some(Some(values)) = rest.first() else { return Err("it needs two values".into()) };
                let Some(depth) = &second.value else { return Ok(None) };
                let mut shape = first.shape.clone();
                shape.insert(counted_axis(*axis, shape.len() + 1)?, depth_of(depth)?);
                Ok(Some(vec![(values.datum_type, shape)]))
            }
            Self::Compress { axis } => {
                let Some(condition) = &second.value else { return Ok(None) };
                let shape = match axis {
                    Some(axis) => {
                        first.shape.clone().with(counted_axis(*axis, first.shape.len())?, kept(condition)?.len())
                    }
                    None => vec![kept(condition)?.len()],
                };
                Ok(Some(vec![(first.datum_type, shape)]))
            }
            Self::Reverse { time } => match first.shape[..] {
                [rows, columns, ..] if second.shape == [if *time == 0 { columns } else { rows }] => {
                    Ok(Some(vec![(first.datum_type, first.shape.clone())]))
                }
                _ => Err(format!("lengths of shape {:?} do not go with a tensor of {:?}", second.shape, first.shape)),
            },
        }
    }

    fn lower(&self, node: &Node, _: &Inputs<usize>, draft: &mut Draft) -> Lowered {
        let value = node.value(0, draft);
        match self {
            Self::Gather { batch } => {
                let indices = node.value(1, draft);
                gathered(node.name, &value, &indices, *batch, node.shape.clone(), draft)
            }
            Self::OneHot { axis } => one_hot(*axis, &value, node, draft),
            Self::Compress { axis } => {
                let places = kept(node.constant(1).ok_or("what it keeps is computed at run time")?)?;
                let (value, axis) = match axis {
                    Some(axis) => (value.clone(), counted_axis(*axis, value.shape.len())?),
                    None => {
                        let value = draft.row_major(node.name, &value);
                        let shape = vec![value.shape.iter().product()];
                        (Value { buffer: value.buffer, shape, order: vec![0] }, 0)
                    }
                };
                let extent = value.shape[axis];
                if places.iter().any(|&place| place as usize >= extent) {
                    return Err(format!("its condition is longer than an axis of {extent} elements"));
                }
                draft.allow(places.len())?;
                let indices = draft.table(&[places.len()], &places);
                Ok(along(node.name, &value, &indices, axis, draft))
            }
            Self::Reverse { time } => reversed(*time, &value, node, draft),
        }
    }
}

trait With {
    fn with(self, axis: usize, extent: usize) -> Self;
}

impl With for Vec<usize> {
    /// The shape with another extent.
    fn with(mut self, axis: usize, extent: usize) -> Self {
        self[axis] = extent;
        self
    }
}

/// The number of classes.
fn depth_of(depth: &Tensor) -> Result<usize, String> {
    let depth = super::numbers(depth)?;
    let [depth] = depth[..] else { return Err("its depth should be one number".into()) };
    usize::try_from(depth).map_err(|_| format!("a depth of {depth} is none"))
}

/// The places that a list of truth values names.
fn kept(condition: &Tensor) -> Result<Vec<i64>, String> {
    let condition = condition.cast_to::<bool>().map_err(|error| error.to_string())?;
    let condition = condition.to_plain_array_view::<bool>().map_err(|error| error.to_string())?;
    Ok(condition.iter().enumerate().filter(|(_, kept)| **kept).map(|(place, _)| place as i64).collect())
}

fn gathered(name: &str, value: &Value, indices: &Value, batch: usize, shape: Vec<usize>, draft: &mut Draft) -> Lowered {
    let value = draft.row_major(name, value);
    let indices = draft.indices(name, indices);
    let output = draft.row_major_like(&value, shape);
    let places = by_tuple(&value, &indices, batch)?;
    let inputs = vec![operand(&value), operand(&indices)];
    draft.push(name, Kernel::Plain(Op::Gather(Gather { places })), inputs, operand(&output));
    Ok(output)
}

fn one_hot(axis: i64, indices: &Value, node: &Node, draft: &mut Draft) -> Lowered {
    let name = node.name;
    let axis = counted_axis(axis, node.shape.len())?;
    let depth = node.shape[axis];
    draft.allow(depth)?;
    let indices = draft.cast(name, indices, ElementType::I64);
    let (zero, count) = (draft.table(&[], &[0i64]), draft.table(&[], &[depth as i64]));
    let shape = indices.shape.clone();
    // Negative ones count from the end.
    let negative = draft.combine(name, BinaryKind::Less, &indices, &zero, &shape)?;
    let counted = draft.combine(name, BinaryKind::Add, &indices, &count, &shape)?;
    let indices = draft.select(name, [&negative, &counted, &indices], &shape);
    let indices = draft.row_major(name, &indices);
    let mut with_axis = shape;
    with_axis.insert(axis, 1);
    let indices = Value { buffer: indices.buffer, order: (0..with_axis.len()).collect(), shape: with_axis };
    let along = vec![1; node.shape.len()].with(axis, depth);
    let places = draft.table(&along, &(0..depth as i64).collect::<Vec<_>>());
    let hit = draft.combine(name, BinaryKind::Equal, &indices, &places, &node.shape)?;
    let values = node.value(2, draft);
    if values.shape != [2] {
        return Err(format!("its values are of shape {:?} and should be two", values.shape));
    }
    let [off, on] = [0, 1].map(|place| draft.pick(name, &values, 0, &[place]));
    Ok(draft.select(name, [&hit, &on, &off], &node.shape))
}

/// Of every line as many elements backwards as its length says; the others stay.
fn reversed(time: usize, value: &Value, node: &Node, draft: &mut Draft) -> Lowered {
    let name = node.name;
    let (batch, steps) = (value.shape[1 - time], value.shape[time]);
    draft.allow(2 * batch * steps)?;
    let lengths = node.value(1, draft);
    let lengths = draft.cast(name, &lengths, ElementType::I64);
    let lengths = draft.row_major(name, &lengths);
    let lengths = Value { buffer: lengths.buffer, shape: vec![batch, 1], order: vec![0, 1] };
    let shape = [batch, steps];
    let forwards = draft.table(&[1, steps], &(0..steps as i64).collect::<Vec<_>>());
    let one = draft.table(&[], &[1i64]);
    let last = draft.combine(name, BinaryKind::Sub, &lengths, &one, &[batch, 1])?;
    let backwards = draft.combine(name, BinaryKind::Sub, &last, &forwards, &shape)?;
    let inside = draft.combine(name, BinaryKind::LessOrEqual, &forwards, &last, &shape)?;
    let places = draft.select(name, [&inside, &backwards, &forwards], &shape);
    let places = draft.row_major(name, &places);
    let places = Value { buffer: places.buffer, shape: vec![batch, steps, 1], order: vec![0, 1, 2] };
    // Lines first, then time.
    let turned = if time == 0 { value.moved(0, 1) } else { value.clone() };
    let output = gathered(name, &turned, &places, 1, turned.shape.clone(), draft)?;
    Ok(if time == 0 { output.moved(0, 1) } else { output })
}
