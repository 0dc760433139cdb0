//! Axes added, removed, moved and reshaped: mostly another look at the same memory.

use super::{Lowered, Node};
use crate::draft::{Draft, Value};
use tract_onnx::tract_hir::internal::*;

pub fn lower(op: &AxisOp, node: Node, draft: &mut Draft) -> Lowered {
    let value = node.value(0, draft);
    Ok(match op {
        AxisOp::Add(axis) => add(&value, *axis),
        AxisOp::Rm(axis) => remove(&value, *axis),
        AxisOp::Move(from, to) => move_axis(&value, *from, *to),
        AxisOp::Reshape(at, from, to) => {
            let to = to
                .iter()
                .map(|dim| dim.to_usize().map_err(|_| format!("its shape {dim} is not fixed")))
                .collect::<Result<Vec<_>, _>>()?;
            match reshape(&value, *at, from.len(), &to) {
                Some(value) => value,
                None => {
                    let value = draft.row_major(node.name, &value);
                    reshape(&value, *at, from.len(), &to).expect("row-major axes lie side by side")
                }
            }
        }
    })
}

/// The value with an axis of extent 1 more.
pub fn add(value: &Value, at: usize) -> Value {
    let mut shape = value.shape.clone();
    shape.insert(at, 1);
    let shifted = value.order.iter().map(|&axis| if axis >= at { axis + 1 } else { axis });
    Value { buffer: value.buffer, shape, order: std::iter::once(at).chain(shifted).collect() }
}

impl Value {
    /// The value without an axis of extent 1.
    pub fn without(&self, axis: usize) -> Self {
        remove(self, axis)
    }

    /// The value with one axis in another place.
    pub fn moved(&self, from: usize, to: usize) -> Self {
        move_axis(self, from, to)
    }
}

fn remove(value: &Value, at: usize) -> Value {
    let mut shape = value.shape.clone();
    shape.remove(at);
    let kept = value.order.iter().filter(|&&axis| axis != at);
    Value { buffer: value.buffer, shape, order: kept.map(|&axis| if axis > at { axis - 1 } else { axis }).collect() }
}

fn move_axis(value: &Value, from: usize, to: usize) -> Value {
    let mut axes: Vec<usize> = (0..value.shape.len()).collect();
    let axis = axes.remove(from);
    axes.insert(to, axis);
    let shape = axes.iter().map(|&axis| value.shape[axis]).collect();
    let now = |old: usize| axes.iter().position(|&axis| axis == old).expect("every axis is still there");
    Value { buffer: value.buffer, shape, order: value.order.iter().map(|&axis| now(axis)).collect() }
}

/// `count` axes from `at` on replaced by `to`, if they lie side by side in memory and in their own order.
fn reshape(value: &Value, at: usize, count: usize, to: &[usize]) -> Option<Value> {
    let replaced = at..at + count;
    let range = value.contiguous(&replaced.clone().collect::<Vec<_>>())?;
    let inside: Vec<usize> = value.order[range.clone()].iter().copied().filter(|&a| value.shape[a] != 1).collect();
    if !inside.is_sorted() {
        return None;
    }
    let mut shape = value.shape.clone();
    shape.splice(replaced.clone(), to.iter().copied());
    let now = |axis: usize| if axis < at { axis } else { axis - count + to.len() };
    let kept = |range: std::ops::Range<usize>| {
        value.order[range].iter().filter(|axis| !replaced.contains(axis)).map(|&axis| now(axis)).collect::<Vec<_>>()
    };
    let mut order = kept(0..range.start);
    // Other axes between them have extent 1 and may stand anywhere.
    order.extend(kept(range.clone()));
    order.extend(at..at + to.len());
    order.extend(kept(range.end..value.order.len()));
    Some(Value { buffer: value.buffer, shape, order })
}

#[cfg(test)]
mod tests {
    use super::{add, move_axis, remove, reshape};
    use crate::draft::Value;

    fn picture() -> Value {
        Value { buffer: 0, shape: vec![1, 112, 56, 57], order: vec![0, 2, 3, 1] }
    }

    #[test]
    fn splitting_and_merging_channels_costs_nothing() {
        let split = reshape(&picture(), 1, 1, &[4, 28]).expect("channels lie together");
        assert_eq!((split.shape.clone(), split.physical()), (vec![1, 4, 28, 56, 57], vec![1, 56, 57, 4, 28]));
        let shuffled = move_axis(&split, 1, 2);
        assert_eq!(shuffled.physical(), split.physical());
        assert_eq!(reshape(&shuffled, 1, 2, &[112]), None, "the channels no longer lie in their own order");
        assert_eq!(reshape(&split, 1, 2, &[112]).map(|v| v.physical()), Some(vec![1, 56, 57, 112]));
    }

    #[test]
    fn flattening_a_picture_needs_a_copy_but_a_pooled_one_does_not() {
        assert_eq!(reshape(&picture(), 1, 3, &[112 * 56 * 57]), None);
        let pooled = Value { buffer: 0, shape: vec![1, 112, 1, 1], order: vec![0, 2, 3, 1] };
        assert_eq!(reshape(&pooled, 1, 3, &[112]).map(|v| v.physical()), Some(vec![1, 112]));
    }

    #[test]
    fn an_added_axis_can_be_removed() {
        assert_eq!(remove(&add(&picture(), 2), 2), picture());
    }
}
