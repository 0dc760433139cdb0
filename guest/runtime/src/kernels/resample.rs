//! Interpolation along one axis.

use maasm_plan::op::Resample;

/// `indices` and `weights` are `[out_extent, taps]`.
pub fn run(op: &Resample, x: &[f32], indices: &[i32], weights: &[f32], y: &mut [f32]) {
    let (extent, inner, taps) = (op.extent as usize, op.inner as usize, op.taps as usize);
    let row = op.out_extent as usize * inner;
    if y.is_empty() {
        return;
    }
    for (x, y) in x.chunks_exact(extent * inner).zip(y.chunks_exact_mut(row)) {
        let table = indices.chunks_exact(taps).zip(weights.chunks_exact(taps));
        for (y, (indices, weights)) in y.chunks_exact_mut(inner).zip(table) {
            y.fill(0.0);
            for (&index, &weight) in indices.iter().zip(weights) {
                match usize::try_from(index) {
                    Ok(index) => {
                        let x = &x[index.min(extent - 1) * inner..][..inner];
                        y.iter_mut().zip(x).for_each(|(y, x)| *y += weight * x);
                    }
                    Err(_) => y.iter_mut().for_each(|y| *y += weight * op.outside),
                }
            }
        }
    }
}
