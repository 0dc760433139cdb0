//! Reductions.

use maasm_plan::op::{Reduce, ReduceKind};

/// Reduces `[outer, extent, inner]` to `[outer, inner]`.
pub fn run(op: &Reduce, x: &[f32], y: &mut [f32]) {
    match op.kind {
        ReduceKind::Sum | ReduceKind::Mean => fold(op, x, y, 0.0, |acc, x| acc + x),
        ReduceKind::SumOfSquares => fold(op, x, y, 0.0, |acc, x| acc + x * x),
        ReduceKind::Max => fold(op, x, y, f32::NEG_INFINITY, |acc, x| if x > acc { x } else { acc }),
        ReduceKind::Min => fold(op, x, y, f32::INFINITY, |acc, x| if x < acc { x } else { acc }),
        ReduceKind::Product => fold(op, x, y, 1.0, |acc, x| acc * x),
    }
    if op.kind == ReduceKind::Mean {
        let extent = op.extent as f32;
        y.iter_mut().for_each(|y| *y /= extent);
    }
}

fn fold(op: &Reduce, x: &[f32], y: &mut [f32], start: f32, f: impl Fn(f32, f32) -> f32) {
    let (extent, inner) = (op.extent as usize, op.inner as usize);
    y.fill(start);
    if y.is_empty() {
        return;
    }
    if inner == 1 {
        for (y, x) in y.iter_mut().zip(x.chunks_exact(extent)) {
            *y = x.iter().fold(*y, |acc, &x| f(acc, x));
        }
        return;
    }
    for (y, x) in y.chunks_exact_mut(inner).zip(x.chunks_exact(extent * inner)) {
        for x in x.chunks_exact(inner) {
            y.iter_mut().zip(x).for_each(|(y, &x)| *y = f(*y, x));
        }
    }
}
