//! Softmax.

use maasm_plan::op::Softmax;

/// Softmax over the middle axis of `[outer, extent, inner]`.
pub fn run(op: &Softmax, x: &[f32], y: &mut [f32]) {
    let (extent, inner) = (op.extent as usize, op.inner as usize);
    if y.is_empty() {
        return;
    }
    for (x, y) in x.chunks_exact(extent * inner).zip(y.chunks_exact_mut(extent * inner)) {
        for lane in 0..inner {
            let along = |i: usize| i * inner + lane;
            let largest = (0..extent).map(|i| x[along(i)]).fold(f32::NEG_INFINITY, f32::max);
            let mut sum = 0.0;
            for i in 0..extent {
                let e = (x[along(i)] - largest).exp();
                y[along(i)] = e;
                sum += e;
            }
            let log_sum = sum.ln();
            for i in 0..extent {
                y[along(i)] = if op.log { x[along(i)] - largest - log_sum } else { y[along(i)] / sum };
            }
        }
    }
}
