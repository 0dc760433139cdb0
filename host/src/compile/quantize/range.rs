//! Which part of a tensor's values is kept: what lies outside is clamped, so that the steps inside are finer.

use maasm_plan::op::{LARGEST, Scale};

/// How many parts a histogram has.
const BINS: usize = 2048;
/// How many ranges are tried, each a little smaller than the one before.
const TRIALS: usize = 60;
/// The smallest range that is tried, of the whole one.
const SMALLEST: f64 = 0.3;

/// The scale that reaches from one number to another, which hold 0 between them.
pub fn between(low: f32, high: f32) -> Scale {
    let largest = f32::from(LARGEST);
    let (low, high) = (low.min(0.0), high.max(0.0));
    let scale = (high - low) / largest;
    // What is always 0 needs no steps.
    let scale = if scale.is_finite() && scale > f32::MIN_POSITIVE { scale } else { 1.0 };
    Scale { scale, zero: (-low / scale).round().clamp(0.0, largest) as u8 }
}

/// The byte that stands for a number, or comes nearest to it.
pub fn byte(scale: &Scale, number: f32) -> u8 {
    let byte = (number / scale.scale).round_ties_even() + f32::from(scale.zero);
    byte.clamp(0.0, f32::from(LARGEST)) as u8
}

/// How often values of a tensor lie where.
#[derive(Clone, Debug)]
pub struct Histogram {
    low: f32,
    high: f32,
    counts: Vec<u64>,
}

impl Histogram {
    /// Nothing yet, between two numbers.
    pub fn new(low: f32, high: f32) -> Self {
        Self { low, high, counts: vec![0; BINS] }
    }

    /// Counts values.
    pub fn add(&mut self, values: &[f32]) {
        let width = self.high - self.low;
        if width <= 0.0 {
            return;
        }
        let factor = BINS as f32 / width;
        for value in values {
            let bin = ((value - self.low) * factor) as usize;
            self.counts[bin.min(BINS - 1)] += 1;
        }
    }

    /// The scale with the smallest mean squared error of all whose range is a part of the whole one.
    pub fn scale(&self) -> Scale {
        let trial = |trial: usize| {
            let part = 1.0 - (1.0 - SMALLEST) * trial as f64 / TRIALS as f64;
            between(self.low * part as f32, self.high * part as f32)
        };
        let best = (0..TRIALS).map(trial).min_by(|a, b| self.error(a).total_cmp(&self.error(b)));
        best.unwrap_or_else(|| trial(0))
    }

    /// The sum of squared errors.
    fn error(&self, scale: &Scale) -> f64 {
        let width = (self.high - self.low) / BINS as f32;
        let error = |(bin, &count): (usize, &u64)| {
            let value = self.low + (bin as f32 + 0.5) * width;
            let kept = (f32::from(byte(scale, value)) - f32::from(scale.zero)) * scale.scale;
            count as f64 * f64::from(value - kept).powi(2)
        };
        self.counts.iter().enumerate().filter(|(_, count)| **count > 0).map(error).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_values_far_away_do_not_make_all_others_coarse() {
        let mut histogram = Histogram::new(0.0, 100.0);
        let near: Vec<f32> = (0..100_000).map(|i| 40.0 * i as f32 / 100_000.0).collect();
        histogram.add(&near);
        histogram.add(&[100.0]);
        let reach = histogram.scale().scale * 127.0;
        // Where 100 000 · reach² / (12 · 127²) + (100 − reach)² is smallest: rounding all of them, and clamping the one.
        assert!((reach - 65.9).abs() < 1.5, "{reach}");
        let mut even = Histogram::new(0.0, 100.0);
        even.add(&near.iter().map(|value| value * 2.5).collect::<Vec<_>>());
        let reach = even.scale().scale * 127.0;
        assert!(reach > 98.0, "{reach}");
    }

    #[test]
    fn zero_is_always_a_number_of_its_own() {
        for (low, high) in [(-1.0, 3.0), (1.0, 3.0), (-5.0, -1.0), (0.0, 0.0)] {
            let scale = between(low, high);
            assert_eq!(byte(&scale, 0.0), scale.zero, "{low} to {high}");
        }
    }
}
