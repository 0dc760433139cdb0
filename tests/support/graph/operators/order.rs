//! What goes by the order of values. A ramp is added first, so that no two are the same.

use crate::graph::{Builder, Value, int};
use tract_onnx::pb::tensor_proto::DataType;

fn distinct(b: &mut Builder) -> Option<(Value, usize)> {
    let x = b.floats(1..=4)?;
    let axis = b.random.below(x.shape.len());
    let mut shape = vec![1; x.shape.len()];
    shape[axis] = x.shape[axis];
    let ramp: Vec<f32> =
        (0..shape[axis]).map(|index| ((index * 7 + 3) % 31) as f32 * 0.0137 + 0.001 * index as f32).collect();
    let ramp = b.float_constant(&shape, &ramp);
    Some((b.node("Add", &[&x.name, &ramp], vec![], &x.shape)?, axis))
}

/// Where the largest or smallest is.
pub fn arg_max(b: &mut Builder) -> Option<()> {
    let (x, axis) = distinct(b)?;
    let keep = b.random.chance(2);
    let mut shape = x.shape.clone();
    if keep {
        shape[axis] = 1;
    } else {
        shape.remove(axis);
    }
    let operator = b.random.one_of(&["ArgMax", "ArgMin"]);
    let attributes = vec![int("axis", axis as i64), int("keepdims", keep.into())];
    b.typed(operator, &[&x.name], attributes, &[(DataType::Int64, shape)])?;
    Some(())
}

/// The largest or smallest few, and where they are.
pub fn top_k(b: &mut Builder) -> Option<()> {
    let (x, axis) = distinct(b)?;
    let mut shape = x.shape.clone();
    shape[axis] = b.random.between(1, shape[axis]);
    let k = b.integers(&[shape[axis] as i64]);
    let attributes = vec![int("axis", axis as i64), int("largest", b.random.below(2) as i64)];
    b.typed("TopK", &[&x.name, &k], attributes, &[(DataType::Float, shape.clone()), (DataType::Int64, shape)])?;
    Some(())
}

/// Running sums.
pub fn cumulative_sum(b: &mut Builder) -> Option<()> {
    let x = b.floats(1..=4)?;
    let axis = b.random.below(x.shape.len());
    let axis = b.integer(axis as i64);
    let attributes = vec![int("exclusive", b.random.below(2) as i64), int("reverse", b.random.below(2) as i64)];
    b.node("CumSum", &[&x.name, &axis], attributes, &x.shape)?;
    Some(())
}
