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
            *y = x[i] / power(op.bias + op.alpha / op.size as f32 * squares, op.beta);
        }
    }
}

/// `base` to the power of `exponent`, quick for the one that networks use.
fn power(base: f32, exponent: f32) -> f32 {
    if exponent == 0.75 {
        let root = base.sqrt();
        return root * root.sqrt();
    }
    base.powf(exponent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quick_power_is_the_power() {
        for base in [0.5f32, 1.0, 1.7, 40.0, 1e6] {
            assert!((power(base, 0.75) - base.powf(0.75)).abs() <= 3e-7 * base.powf(0.75), "{base}");
        }
    }

    #[test]
    fn a_window_of_even_size_reaches_further_up_than_down() {
        // ONNX: from c − ⌊(size − 1) / 2⌋ to c + ⌈(size − 1) / 2⌉.
        let op = LocalResponse { size: 2, alpha: 2.0, beta: 1.0, bias: 1.0 };
        let mut y = [0.0; 3];
        run(&op, 3, &[1.0, 2.0, 3.0], &mut y);
        assert_eq!(y, [1.0 / 6.0, 2.0 / 14.0, 3.0 / 10.0]);
    }
}
