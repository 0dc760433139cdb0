//! Reading at computed places.

use super::{Lowered, Node};
use crate::draft::{Draft, Value, operand, row_major_strides};
use crate::kernel::Kernel;
use maasm_plan::op::{self, Component, Places};
use maasm_plan::{ElementType, Op};
use tract_onnx::tract_core::ops::array::{Gather, GatherElements};

impl Draft {
    /// The value at the given places along an axis, in that order.
    pub fn pick(&mut self, name: &str, value: &Value, axis: usize, places: &[i64]) -> Value {
        let indices = self.table(&[places.len()], places);
        along(name, value, &indices, axis, self)
    }

    /// Indices in the source model's order and in a type that the kernels take.
    pub fn indices(&mut self, name: &str, value: &Value) -> Value {
        let value = match self.element_type(value) {
            ElementType::I32 | ElementType::I64 => value.clone(),
            _ => self.cast(name, value, ElementType::I64),
        };
        self.row_major(name, &value)
    }
}

pub fn lower(op: &Gather, node: Node, draft: &mut Draft) -> Lowered {
    let value = node.value(0, draft);
    checked_axis(&value, op.axis)?;
    let indices = node.value(1, draft);
    let indices = draft.indices(node.name, &indices);
    Ok(along(node.name, &value, &indices, op.axis, draft))
}

/// Refuses an axis that a value does not have.
fn checked_axis(value: &Value, axis: usize) -> Result<(), String> {
    if axis < value.shape.len() {
        Ok(())
    } else {
        Err(format!("a tensor of shape {:?} has no axis {axis}", value.shape))
    }
}

/// The axis is replaced by those of the indices; the others stay as they lie.
pub fn along(name: &str, value: &Value, indices: &Value, axis: usize, draft: &mut Draft) -> Value {
    let at = value.order.iter().position(|&a| a == axis).expect("every axis is in the order");
    let physical = value.physical();
    let (outer, block): (usize, usize) = (physical[..at].iter().product(), physical[at + 1..].iter().product());
    let count: usize = indices.shape.iter().product();
    let mut shape = value.shape.clone();
    shape.splice(axis..=axis, indices.shape.iter().copied());
    let new = indices.shape.len();
    let moved = |a: usize| if a > axis { a + new - 1 } else { a };
    let mut order: Vec<usize> = value.order[..at].iter().map(|&a| moved(a)).collect();
    order.extend(axis..axis + new);
    order.extend(value.order[at + 1..].iter().map(|&a| moved(a)));
    let output = draft.like(value, shape, order);
    let places = Places {
        shape: vec![outer as u32, count as u32],
        strides: vec![(physical[at] * block) as u32, 0],
        index_strides: vec![0, 1],
        components: vec![Component { extent: physical[at] as u32, stride: block as u32 }],
        block: block as u32,
    };
    push(name, places, value, indices, &output, draft);
    output
}

fn push(name: &str, places: Places, value: &Value, indices: &Value, output: &Value, draft: &mut Draft) {
    let kernel = Kernel::Plain(Op::Gather(op::Gather { places }));
    draft.push(name, kernel, vec![operand(value), operand(indices)], operand(output));
}

pub fn lower_elements(op: &GatherElements, node: Node, draft: &mut Draft) -> Lowered {
    let value = node.value(0, draft);
    let indices = node.value(1, draft);
    let indices = draft.indices(node.name, &indices);
    checked_axis(&value, op.axis)?;
    let output = draft.row_major_like(&value, node.shape.clone());
    push(node.name, by_element(&value, &indices, op.axis), &value, &indices, &output, draft);
    Ok(output)
}

/// A place for each index: where the index itself lies, but along one axis where it says.
pub fn by_element(whole: &Value, indices: &Value, axis: usize) -> Places {
    let mut strides = whole.strides();
    let component = Component { extent: whole.shape[axis] as u32, stride: strides[axis] as u32 };
    strides[axis] = 0;
    Places {
        shape: narrow(&indices.shape),
        strides: narrow(&strides),
        index_strides: narrow(&row_major_strides(&indices.shape)),
        components: vec![component],
        block: 1,
    }
}

/// A place for each tuple of indices, which are the last axis of `indices`; the first `batch` axes are common to both.
/// Everything is row-major.
///
/// # Errors
/// If a tuple has more indices than the value has axes.
pub fn by_tuple(whole: &Value, indices: &Value, batch: usize) -> Result<Places, String> {
    let (&tuple, places) = indices.shape.split_last().ok_or("its indices have no axis")?;
    if batch.checked_add(tuple).is_none_or(|axes| axes > whole.shape.len()) || batch > places.len() {
        let (indices, whole) = (&indices.shape, &whole.shape);
        return Err(format!("indices of shape {indices:?} do not go with a tensor of shape {whole:?}"));
    }
    let strides = row_major_strides(&whole.shape);
    let along = |axis: usize| if axis < batch { strides[axis] } else { 0 };
    let components = (batch..batch + tuple)
        .map(|axis| Component { extent: whole.shape[axis] as u32, stride: strides[axis] as u32 })
        .collect();
    Ok(Places {
        shape: narrow(places),
        strides: (0..places.len()).map(|axis| along(axis) as u32).collect(),
        index_strides: narrow(&row_major_strides(&indices.shape)[..places.len()]),
        components,
        block: whole.shape[batch + tuple..].iter().product::<usize>() as u32,
    })
}

fn narrow(values: &[usize]) -> Vec<u32> {
    values.iter().map(|&value| value as u32).collect()
}
