//! Reductions and normalisations along axes.

use crate::graph::{Builder, float, int, ints};

/// A reduction over some axes, given as an attribute or as an input.
pub fn reduction(b: &mut Builder) -> Option<()> {
    let x = b.floats(1..=5)?;
    let rank = x.shape.len();
    let axes: Vec<usize> = (0..rank).filter(|_| b.random.chance(2)).collect();
    if axes.is_empty() {
        return None;
    }
    let keep = b.random.chance(2);
    let operator = b.random.one_of(&[
        "ReduceMean",
        "ReduceSum",
        "ReduceMax",
        "ReduceMin",
        "ReduceL1",
        "ReduceL2",
        "ReduceSumSquare",
        "ReduceLogSumExp",
        "ReduceProd",
    ]);
    let x = match operator {
        "ReduceSumSquare" | "ReduceProd" => b.node("Tanh", &[&x.name], vec![], &x.shape)?,
        _ => x,
    };
    let extents = x.shape.iter().enumerate();
    let shape: Vec<usize> = extents
        .filter_map(|(axis, &extent)| if axes.contains(&axis) { keep.then_some(1) } else { Some(extent) })
        .collect();
    let attribute = int("keepdims", keep.into());
    if operator == "ReduceSum" || b.graph.opset >= 18 {
        // Sometimes counted from the end.
        let back = if b.random.chance(2) { rank as i64 } else { 0 };
        let axes: Vec<i64> = axes.iter().map(|&axis| axis as i64 - back).collect();
        let axes = b.integers(&axes);
        b.node(operator, &[&x.name, &axes], vec![attribute], &shape)?;
    } else {
        b.node(operator, &[&x.name], vec![attribute, ints("axes", &axes)], &shape)?;
    }
    Some(())
}

/// Softmax or its logarithm.
pub fn softmax(b: &mut Builder) -> Option<()> {
    let x = b.floats(1..=5)?;
    let axis = b.random.below(x.shape.len()) as i64 - if b.random.chance(2) { x.shape.len() as i64 } else { 0 };
    let operator = b.random.one_of(&["Softmax", "Softmax", "LogSoftmax"]);
    b.node(operator, &[&x.name], vec![int("axis", axis)], &x.shape)?;
    Some(())
}

/// Batch normalisation, or that of every channel by itself.
pub fn batch_normalization(b: &mut Builder) -> Option<()> {
    let x = b.floats(2..=5)?;
    let channels = [x.shape[1]];
    let scale = b.weights(&channels, 0.5, 1.5);
    let bias = b.weights(&channels, -0.5, 0.5);
    // A large epsilon: a small one would make much of a rounding error where all values are the same.
    let attributes = vec![float("epsilon", 0.01)];
    if x.shape.len() > 2 && b.random.chance(3) {
        b.node("InstanceNormalization", &[&x.name, &scale, &bias], attributes, &x.shape)?;
        return Some(());
    }
    let mean = b.weights(&channels, -0.5, 0.5);
    let variance = b.weights(&channels, 0.5, 1.5);
    b.node("BatchNormalization", &[&x.name, &scale, &bias, &mean, &variance], attributes, &x.shape)?;
    Some(())
}

/// Layer normalisation of the last axes.
pub fn layer_normalization(b: &mut Builder) -> Option<()> {
    let x = b.floats(2..=4)?;
    let axis = b.random.between(1, x.shape.len() - 1);
    let scale = b.weights(&x.shape[axis..], 0.5, 1.5);
    let bias = b.weights(&x.shape[axis..], -0.5, 0.5);
    let inputs = [x.name.as_str(), &scale, &bias];
    let count = b.random.between(2, 3);
    let attributes = vec![int("axis", axis as i64), float("epsilon", 0.01)];
    b.node("LayerNormalization", &inputs[..count], attributes, &x.shape)?;
    Some(())
}
