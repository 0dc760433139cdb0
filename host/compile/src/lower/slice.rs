//! A part of a tensor: every so many elements along some axes.

use super::{Lowered, Node};
use crate::draft::Draft;
use tract_onnx::tract_core::ops::array::{Slice, StridedSlice};
use tract_onnx::tract_hir::internal::*;

pub fn lower(op: &Slice, node: Node, draft: &mut Draft) -> Lowered {
    let mut begin = vec![0; node.shape.len()];
    begin[op.axis] = fixed(&op.start)?;
    copy(&begin, &vec![1; node.shape.len()], &node, draft)
}

pub fn lower_strided(op: &StridedSlice, node: Node, draft: &mut Draft) -> Lowered {
    let constant = |index: usize| node.constant(index).ok_or("its bounds are computed at run time");
    let (starts, ends) = (constant(1)?, constant(2)?);
    let steps: Vec<i32> = match op.optional_steps_input {
        Some(index) => list(constant(index)?)?,
        None => vec![1; starts.len()],
    };
    let axes: Vec<i32> = match op.optional_axes_input {
        Some(index) => list(constant(index)?)?,
        None => (0..starts.len() as i32).collect(),
    };
    if op.shrink_axis_mask != 0 {
        return Err("removing axes while slicing is not supported".into());
    }
    let shape = node.value(0, draft).shape;
    let mut begin = vec![0; shape.len()];
    let mut step = vec![1; shape.len()];
    for (index, &axis) in axes.iter().enumerate() {
        let axis = if axis < 0 { axis + shape.len() as i32 } else { axis } as usize;
        let extent = shape.get(axis).ok_or_else(|| format!("it has no axis {axis}"))?.to_dim();
        let part = op.prepare_one_dim(index, &extent, starts, ends, &steps).map_err(|e| e.to_string())?;
        begin[axis] = fixed(&part.begin)?;
        step[axis] = part.stride as isize;
    }
    copy(&begin, &step, &node, draft)
}

fn fixed(dim: &TDim) -> Result<usize, String> {
    dim.to_usize().map_err(|_| format!("its bound {dim} is not fixed"))
}

fn list(tensor: &Tensor) -> Result<Vec<i32>, String> {
    let list = tensor.cast_to::<i32>().map_err(|e| e.to_string())?;
    let list = list.to_plain_array_view::<i32>().map_err(|e| e.to_string())?;
    Ok(list.iter().copied().collect())
}

/// Every `step`-th place from `begin` on, axis by axis; what runs backwards is looked up.
///
/// # Errors
/// If too much is looked up.
pub fn copy(begin: &[usize], step: &[isize], node: &Node, draft: &mut Draft) -> Lowered {
    let mut input = node.value(0, draft);
    let (mut begin, mut step) = (begin.to_vec(), step.to_vec());
    for axis in 0..step.len() {
        if step[axis] < 0 {
            draft.allow(node.shape[axis])?;
            let places = (0..node.shape[axis] as i64).map(|i| begin[axis] as i64 + i * step[axis] as i64);
            input = draft.pick(node.name, &input, axis, &places.collect::<Vec<_>>());
            (begin[axis], step[axis]) = (0, 1);
        }
    }
    let output = draft.like(&input, node.shape.clone(), input.order.clone());
    let strides = input.strides();
    let offset = begin.iter().zip(&strides).map(|(begin, stride)| begin * stride).sum();
    let steps: Vec<usize> = step.iter().zip(&strides).map(|(step, stride)| step.unsigned_abs() * stride).collect();
    draft.copy(node.name, &input, offset, &steps, &output, 0, &output.strides(), &node.shape);
    Ok(output)
}
