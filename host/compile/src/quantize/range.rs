//! Which part of a tensor's values is kept: what lies outside is clamped, so that the steps inside are finer.

use maasm_component::Ranges;
use maasm_plan::op::{LARGEST, Scale};

/// How many parts a histogram has.
const BINS: usize = 2048;
/// How many ranges are tried, each a little smaller than the one before.
const TRIALS: usize = 60;
/// The smallest range that is tried, of the whole one.
const SMALLEST: f64 = 0.3;
/// The share of values that is left out at either end.
const OUTERMOST: f64 = 5e-5;
/// How likely a value that is clamped is taken to be, beside one at the end of the range.
const CLAMPED: f64 = 1e-3;

/// Whether a range holds a number.
trait Reach {
    fn reaches(&self, number: f32) -> bool;
}

impl Reach for Scale {
    fn reaches(&self, number: f32) -> bool {
        let byte = number / self.scale + f32::from(self.zero);
        (-0.5..=f32::from(LARGEST) + 0.5).contains(&byte)
    }
}

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

    /// The scale that keeps the part which this method finds.
    pub fn scale(&self, ranges: Ranges) -> Scale {
        let whole = between(self.low, self.high);
        match ranges {
            Ranges::MinMax => whole,
            Ranges::Percentile => self.without_the_outermost(),
            Ranges::MeanSquaredError => self.best(|scale| self.error(scale)).unwrap_or(whole),
            Ranges::Entropy => self.best(|scale| self.divergence(scale)).unwrap_or(whole),
        }
    }

    /// Of all scales whose range is a part of the whole one, that which costs the least.
    fn best(&self, cost: impl Fn(&Scale) -> f64) -> Option<Scale> {
        let trial = |trial: usize| {
            let part = 1.0 - (1.0 - SMALLEST) * trial as f64 / TRIALS as f64;
            between(self.low * part as f32, self.high * part as f32)
        };
        let costs = (0..TRIALS).map(trial).map(|scale| (cost(&scale), scale));
        costs.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, scale)| scale)
    }

    /// Leaves [`OUTERMOST`] of the values out at either end.
    fn without_the_outermost(&self) -> Scale {
        let total: u64 = self.counts.iter().sum();
        let most = (total as f64 * OUTERMOST) as u64;
        let first = first_beyond(most, self.counts.iter());
        let last = BINS - 1 - first_beyond(most, self.counts.iter().rev());
        let width = (self.high - self.low) / BINS as f32;
        between(self.low + first as f32 * width, self.low + (last + 1) as f32 * width)
    }

    /// How much is lost of what the values tell: the divergence of the distribution that the bytes have from the values'. Zeros,
    /// of which activations have many, have a byte of their own and are not looked at.
    fn divergence(&self, scale: &Scale) -> f64 {
        let width = (self.high - self.low) / BINS as f32;
        let value = |bin: usize| self.low + (bin as f32 + 0.5) * width;
        let zero = if width > 0.0 { (-self.low / width) as usize } else { 0 };
        let counts = || self.counts.iter().enumerate().filter(move |(bin, count)| **count > 0 && *bin != zero);
        // Each byte stands for some bins, among which its values are spread evenly.
        let mut bytes = [(0u64, 0u64); LARGEST as usize + 1];
        for (bin, &count) in counts() {
            let (values, bins) = &mut bytes[usize::from(byte(scale, value(bin)))];
            *values += count;
            *bins += u64::from(scale.reaches(value(bin)));
        }
        let total: u64 = counts().map(|(_, &count)| count).sum();
        let parts = counts().map(|(bin, &count)| {
            let (values, bins) = bytes[usize::from(byte(scale, value(bin)))];
            let own = count as f64 / total as f64;
            let kept = values as f64 / total as f64 / bins.max(1) as f64;
            let kept = if scale.reaches(value(bin)) { kept } else { kept * CLAMPED };
            own * (own / kept).ln()
        });
        parts.sum()
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

/// The index of the first count up to which there are more than so many.
fn first_beyond<'a>(most: u64, counts: impl Iterator<Item = &'a u64>) -> usize {
    let mut seen = 0;
    let few = |count: &&u64| {
        seen += **count;
        seen <= most
    };
    counts.take_while(few).count().min(BINS - 1)
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
        let reach = histogram.scale(Ranges::default()).scale * 127.0;
        // Where 100 000 · reach² / (12 · 127²) + (100 − reach)² is smallest: rounding all of them, and clamping the one.
        assert!((reach - 65.9).abs() < 1.5, "{reach}");
        let mut even = Histogram::new(0.0, 100.0);
        even.add(&near.iter().map(|value| value * 2.5).collect::<Vec<_>>());
        let reach = even.scale(Ranges::default()).scale * 127.0;
        assert!(reach > 98.0, "{reach}");
    }

    #[test]
    fn each_method_keeps_what_it_says() {
        let mut histogram = Histogram::new(0.0, 100.0);
        let near: Vec<f32> = (0..100_000).map(|i| 40.0 * i as f32 / 100_000.0).collect();
        histogram.add(&near);
        histogram.add(&[100.0]);
        let reach = |ranges| histogram.scale(ranges).scale * 127.0;
        assert!((reach(Ranges::MinMax) - 100.0).abs() < 0.01);
        assert!((reach(Ranges::Percentile) - 40.0).abs() < 0.1, "{}", reach(Ranges::Percentile));
    }

    #[test]
    fn entropy_keeps_what_tells_values_apart() {
        // Values that are the rarer the larger they are, up to one at 100, and as many zeros: a finer step tells more.
        let mut steep = Histogram::new(0.0, 100.0);
        steep.add(
            &[vec![0.0; 50_000], (1..50_000).map(|i| -(i as f32 / 50_000.0).ln()).collect(), vec![100.0]].concat(),
        );
        assert!(steep.scale(Ranges::Entropy).scale * 127.0 < 40.0);
        // As many at the end as anywhere: to clamp them loses more than a finer step tells.
        let mut even = Histogram::new(0.0, 6.0);
        even.add(&(0..50_000).map(|i| 6.0 * i as f32 / 50_000.0).collect::<Vec<_>>());
        even.add(&vec![0.0; 50_000]);
        even.add(&vec![6.0; 5_000]);
        assert!(even.scale(Ranges::Entropy).scale * 127.0 > 5.9);
    }

    #[test]
    fn zero_is_always_a_number_of_its_own() {
        for (low, high) in [(-1.0, 3.0), (1.0, 3.0), (-5.0, -1.0), (0.0, 0.0)] {
            let scale = between(low, high);
            assert_eq!(byte(&scale, 0.0), scale.zero, "{low} to {high}");
        }
    }
}
