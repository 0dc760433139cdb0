//! Products of matrices.

use crate::graph::{Builder, float, int};
use tract_onnx::pb::tensor_proto::DataType;

/// A product with a constant, or of two computed values.
pub fn matmul(b: &mut Builder) -> Option<()> {
    let x = b.floats(2..=5)?;
    let (&inner, rows) = x.shape.split_last()?;
    let bound = 1.7 / (inner as f32).sqrt();
    if b.random.chance(2) {
        let columns = b.random.between(1, 9);
        let mut shape = rows.to_vec();
        shape.push(columns);
        let weights = b.weights(&[inner, columns], -bound, bound);
        b.node("MatMul", &[&x.name, &weights], vec![], &shape)?;
        return Some(());
    }
    let batch = &rows[..rows.len() - 1];
    let fits = |shape: &[usize]| {
        let Some((tail, lead)) = shape.len().checked_sub(2).map(|at| (&shape[at..], &shape[..at])) else {
            return false;
        };
        tail[0] == inner
            && lead.len() <= batch.len()
            && lead.iter().rev().zip(batch.iter().rev()).all(|(&a, &b)| a == b || a == 1)
    };
    let other = b.pick_where(|y| y.kind == DataType::Float && y.name != x.name && fits(&y.shape));
    let y = match other {
        Some(y) => y,
        // Itself, turned round.
        None => {
            let rank = x.shape.len();
            let mut order: Vec<usize> = (0..rank).collect();
            order.swap(rank - 1, rank - 2);
            let shape: Vec<usize> = order.iter().map(|&axis| x.shape[axis]).collect();
            b.node("Transpose", &[&x.name], vec![crate::graph::ints("perm", &order)], &shape)?
        }
    };
    let less = b.node("Tanh", &[&y.name], vec![], &y.shape)?;
    let mut shape = rows.to_vec();
    shape.push(*y.shape.last()?);
    b.node("MatMul", &[&x.name, &less.name], vec![], &shape)?;
    Some(())
}

/// A fully connected layer.
pub fn gemm(b: &mut Builder) -> Option<()> {
    let x = b.floats(2..=2)?;
    let [left, right] = [b.random.chance(2), b.random.chance(2)];
    let (rows, inner) = if left { (x.shape[1], x.shape[0]) } else { (x.shape[0], x.shape[1]) };
    let columns = b.random.between(1, 9);
    let bound = 1.7 / (inner as f32).sqrt();
    let weights = b.weights(&if right { [columns, inner] } else { [inner, columns] }, -bound, bound);
    let bias_shape = b.random.one_of(&[[1, columns], [rows, columns], [rows, 1]]);
    let bias = b.weights(&bias_shape, -0.5, 0.5);
    let inputs = [x.name.as_str(), &weights, &bias];
    let count = b.random.between(2, 3);
    let attributes = vec![
        int("transA", left.into()),
        int("transB", right.into()),
        float("alpha", b.random.one_of(&[1.0, 0.5])),
        float("beta", b.random.one_of(&[1.0, 0.5])),
    ];
    b.node("Gemm", &inputs[..count], attributes, &[rows, columns])?;
    Some(())
}
