//! Local response normalisation across channels.

use maasm_plan::op::LocalResponse;

/// `x / (bias + alpha / size · Σ x²)^beta`; the window reaches `⌊(size − 1) / 2⌋` channels down and the rest up.
pub fn run(op: &LocalResponse, channels: usize, x: &[f32], y: &mut [f32]) {
    let size = op.size as usize;
    let below = (size - 1) / 2;
    let above = size - 1 - below;
    if y.is_empty() {
        return;
    }
    for (x, y) in x.chunks_exact(channels).zip(y.chunks_exact_mut(channels)) {
        for (i, y) in y.iter_mut().enumerate() {
            let end = i.saturating_add(above).saturating_add(1).min(channels);
            let squares: f32 = x[i.saturating_sub(below)..end].iter().map(|x| x * x).sum();
            *y = x[i] / (op.bias + op.alpha / op.size as f32 * squares).powf(op.beta);
        }
    }
}
