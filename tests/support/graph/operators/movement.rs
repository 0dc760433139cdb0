//! What moves values and computes nothing, for every element type.

use crate::graph::{Builder, Value, int, ints, text};
use tract_onnx::pb::tensor_proto::DataType;

/// Adds a node whose output has the type of `x`.
fn moved(b: &mut Builder, operator: &str, x: &Value, more: &[&str], shape: Vec<usize>) -> Option<Value> {
    let mut inputs = vec![x.name.as_str()];
    inputs.extend(more);
    b.typed(operator, &inputs, vec![], &[(x.kind, shape)]).map(|mut one| one.remove(0))
}

fn any(b: &mut Builder) -> Option<Value> {
    b.pick_where(|value| (1..=5).contains(&value.shape.len()))
}

/// Places along an axis, counted from either end.
pub fn gather(b: &mut Builder) -> Option<()> {
    let x = any(b)?;
    let axis = b.random.below(x.shape.len());
    let extent = x.shape[axis];
    let count = b.random.between(1, 4);
    let indices: Vec<i64> = (0..count).map(|_| b.random.below(2 * extent) as i64 - extent as i64).collect();
    let indices = b.integers(&indices);
    let mut shape = x.shape.clone();
    shape[axis] = count;
    b.typed("Gather", &[&x.name, &indices], vec![int("axis", axis as i64)], &[(x.kind, shape)])?;
    Some(())
}

/// Part of an axis, forwards or backwards, in steps.
pub fn slice(b: &mut Builder) -> Option<()> {
    let x = any(b)?;
    let axis = b.random.below(x.shape.len());
    let extent = x.shape[axis] as i64;
    let step: i64 = b.random.one_of(&[1, 1, 2, 3, -1, -2]);
    let from = b.random.below(extent as usize) as i64;
    let len = b.random.between(1, extent as usize) as i64;
    let (start, end) = if step > 0 {
        (from, (from + len).min(extent))
    } else {
        // The first place that is not taken: before the beginning is -extent - 1.
        let end = (from - len).max(-1);
        (from, if end < 0 { -extent - 1 } else { end })
    };
    let span = if step > 0 { end - start } else { start - if end < 0 { -1 } else { end } };
    let mut shape = x.shape.clone();
    shape[axis] = (span as u64).div_ceil(step.unsigned_abs()) as usize;
    let start = if b.random.chance(3) { start - extent } else { start };
    let [start, end, axis, step] = [start, end, axis as i64, step].map(|value| b.integers(&[value]));
    moved(b, "Slice", &x, &[&start, &end, &axis, &step], shape)?;
    Some(())
}

/// Values one after the other along an axis.
pub fn concat(b: &mut Builder) -> Option<()> {
    let x = any(b)?;
    let axis = b.random.below(x.shape.len());
    let fits = |y: &Value| {
        y.kind == x.kind
            && y.shape.len() == x.shape.len()
            && (0..y.shape.len()).all(|other| other == axis || y.shape[other] == x.shape[other])
    };
    let mut parts = vec![x.clone()];
    for _ in 0..b.random.between(1, 2) {
        parts.push(b.pick_where(fits)?);
    }
    let mut shape = x.shape.clone();
    shape[axis] = parts.iter().map(|part| part.shape[axis]).sum();
    let inputs: Vec<&str> = parts.iter().map(|part| part.name.as_str()).collect();
    b.typed("Concat", &inputs, vec![int("axis", axis as i64)], &[(x.kind, shape)])?;
    Some(())
}

/// One value becomes two along an axis.
pub fn split(b: &mut Builder) -> Option<()> {
    let x = any(b)?;
    let axis = b.random.below(x.shape.len());
    if x.shape[axis] < 2 {
        return None;
    }
    let first = b.random.between(1, x.shape[axis] - 1);
    let lengths = [first, x.shape[axis] - first];
    let parts = lengths.map(|len| {
        let mut shape = x.shape.clone();
        shape[axis] = len;
        (x.kind, shape)
    });
    let lengths = b.integers(&lengths.map(|len| len as i64));
    b.typed("Split", &[&x.name, &lengths], vec![int("axis", axis as i64)], &parts)?;
    Some(())
}

/// Borders of a constant, of the nearest values, or mirrored.
pub fn pad(b: &mut Builder) -> Option<()> {
    let x = b.floats(1..=5)?;
    let mode = b.random.one_of(&["constant", "edge", "reflect"]);
    let rank = x.shape.len();
    let pads: Vec<usize> = (0..2 * rank)
        .map(|place| if b.random.chance(2) { 0 } else { b.random.below(x.shape[place % rank].min(3)) })
        .collect();
    let shape: Vec<usize> = (0..rank).map(|axis| x.shape[axis] + pads[axis] + pads[axis + rank]).collect();
    let pads = b.integers(&pads.iter().map(|&pad| pad as i64).collect::<Vec<_>>());
    let value = b.float_constant(&[], &[0.25]);
    let inputs = [x.name.as_str(), &pads, &value];
    let count = if mode == "constant" { b.random.between(2, 3) } else { 2 };
    b.node("Pad", &inputs[..count], vec![text("mode", mode)], &shape)?;
    Some(())
}

/// Axes in another order.
pub fn transpose(b: &mut Builder) -> Option<()> {
    let x = any(b)?;
    let mut order: Vec<usize> = (0..x.shape.len()).collect();
    for place in (1..order.len()).rev() {
        order.swap(place, b.random.below(place + 1));
    }
    let shape = order.iter().map(|&axis| x.shape[axis]).collect();
    b.typed("Transpose", &[&x.name], vec![ints("perm", &order)], &[(x.kind, shape)])?;
    Some(())
}

/// Two neighbouring axes become one, or one becomes two; sometimes an extent is left open.
pub fn reshape(b: &mut Builder) -> Option<()> {
    let x = any(b)?;
    let mut shape = x.shape.clone();
    let axis = b.random.below(shape.len());
    if axis + 1 < shape.len() && b.random.chance(2) {
        let next = shape.remove(axis + 1);
        shape[axis] *= next;
    } else {
        let divisors: Vec<usize> = (1..=shape[axis]).filter(|&d| shape[axis] % d == 0).collect();
        let divisor = b.random.one_of(&divisors);
        shape[axis] /= divisor;
        shape.insert(axis, divisor);
    }
    if shape.len() > 5 {
        return None;
    }
    let mut wanted: Vec<i64> = shape.iter().map(|&extent| extent as i64).collect();
    if b.random.chance(2) {
        wanted[axis] = -1;
    }
    let wanted = b.integers(&wanted);
    moved(b, "Reshape", &x, &[&wanted], shape)?;
    Some(())
}

/// Two axes.
pub fn flatten(b: &mut Builder) -> Option<()> {
    let x = any(b)?;
    let axis = b.random.below(x.shape.len() + 1);
    let shape = vec![x.shape[..axis].iter().product(), x.shape[axis..].iter().product()];
    b.typed("Flatten", &[&x.name], vec![int("axis", axis as i64)], &[(x.kind, shape)])?;
    Some(())
}

/// Without its axes of one.
pub fn squeeze(b: &mut Builder) -> Option<()> {
    let x = b.pick_where(|value| value.shape.contains(&1) && value.shape.len() > 1)?;
    let axes: Vec<i64> = (0..x.shape.len()).filter(|&axis| x.shape[axis] == 1).map(|axis| axis as i64).collect();
    let shape = x.shape.iter().copied().filter(|&extent| extent != 1).collect();
    let axes = b.integers(&axes);
    moved(b, "Squeeze", &x, &[&axes], shape)?;
    Some(())
}

/// With one axis of one more.
pub fn unsqueeze(b: &mut Builder) -> Option<()> {
    let x = b.pick_where(|value| value.shape.len() < 5)?;
    let axis = b.random.below(x.shape.len() + 1);
    let mut shape = x.shape.clone();
    shape.insert(axis, 1);
    let axes = b.integers(&[axis as i64]);
    moved(b, "Unsqueeze", &x, &[&axes], shape)?;
    Some(())
}

/// Axes of one repeated, and one more in front.
pub fn expand(b: &mut Builder) -> Option<()> {
    let x = b.pick_where(|value| value.shape.len() < 5)?;
    let mut shape = x.shape.clone();
    for extent in &mut shape {
        if *extent == 1 && b.random.chance(2) {
            *extent = b.random.between(2, 3);
        }
    }
    if b.random.chance(3) {
        shape.insert(0, 2);
    }
    if shape.is_empty() {
        return None;
    }
    let wanted = b.integers(&shape.iter().map(|&extent| extent as i64).collect::<Vec<_>>());
    moved(b, "Expand", &x, &[&wanted], shape)?;
    Some(())
}

/// Repeated along any axis.
pub fn tile(b: &mut Builder) -> Option<()> {
    // onnxruntime repeats no booleans along some axes in every version.
    let x = b.pick_where(|value| value.kind != DataType::Bool && (1..=5).contains(&value.shape.len()))?;
    let times: Vec<i64> = x.shape.iter().map(|_| b.random.one_of(&[1, 1, 2, 3])).collect();
    let shape = x.shape.iter().zip(&times).map(|(&extent, &times)| extent * times as usize).collect();
    let times = b.integers(&times);
    moved(b, "Tile", &x, &[&times], shape)?;
    Some(())
}
