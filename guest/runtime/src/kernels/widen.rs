//! Weights of eight bits become f32 numbers.

use maasm_plan::op::PANEL;

const LANES: usize = PANEL as usize;

/// Every weight times its channel's factor.
pub fn run(weights: &[i8], factors: &[f32], y: &mut [f32]) {
    let panels = factors.as_chunks::<LANES>().0;
    let length = weights.len() / panels.len().max(1);
    if length == 0 {
        return;
    }
    for ((weights, y), factors) in weights.chunks_exact(length).zip(y.chunks_exact_mut(length)).zip(panels) {
        for (weights, y) in weights.as_chunks::<LANES>().0.iter().zip(y.as_chunks_mut::<LANES>().0) {
            for lane in 0..LANES {
                y[lane] = f32::from(weights[lane]) * factors[lane];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::run;

    #[test]
    fn each_channel_has_its_own_factor() {
        let weights: Vec<i8> = (0..32).map(|i| i - 16).collect();
        let factors: Vec<f32> = (0..16).map(|i| i as f32 / 2.0).collect();
        let mut y = [0.0; 32];
        run(&weights, &factors, &mut y);
        for (i, &value) in y.iter().enumerate() {
            assert_eq!(value, f32::from(weights[i]) * factors[i / 16 * 8 + i % 8], "{i}");
        }
    }
}
