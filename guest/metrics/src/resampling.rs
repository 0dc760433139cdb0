//! Intervals by resampling: the bootstrap (Efron 1979).

/// Which samples a resample draws: as many as there are, each any of them. Every resample has a stream of numbers of its
/// own, so that they can be made in any order and on any thread.
#[derive(Clone, Debug)]
pub struct Resample {
    state: [u64; 4],
    left: usize,
    samples: u64,
}

impl Resample {
    /// The resample of this number, of so many samples.
    pub fn new(seed: u64, number: u64, samples: usize) -> Self {
        let mut mixed = seed ^ number.wrapping_mul(0xd134_2543_de82_ef95);
        let state = std::array::from_fn(|_| split_mix(&mut mixed));
        Self { state, left: samples, samples: samples as u64 }
    }

    /// xoshiro256++ (Blackman and Vigna 2018).
    fn next_number(&mut self) -> u64 {
        let [a, b, c, d] = &mut self.state;
        let result = a.wrapping_add(*d).rotate_left(23).wrapping_add(*a);
        let shifted = *b << 17;
        *c ^= *a;
        *d ^= *b;
        *b ^= *c;
        *a ^= *d;
        *c ^= shifted;
        *d = d.rotate_left(45);
        result
    }
}

impl Iterator for Resample {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        self.left = self.left.checked_sub(1)?;
        // The product's upper half (Lemire 2019); with fewer than 2^32 samples its bias is below 2^-32.
        Some(((u128::from(self.next_number()) * u128::from(self.samples)) >> 64) as usize)
    }
}

/// SplitMix64 (Steele, Lea and Flood 2014): a state without pattern from any seed.
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// The most that resampling may move a figure on average, in standard deviations of the resamples' figures, for an interval
/// to follow. (From a quarter on, Efron and Tibshirani 1993 have one look out.)
const BIAS: f64 = 0.5;

/// The 95 % interval of a figure, of what it is in each resample: between the 2.5th and the 97.5th percentile, both moved by
/// as much as resampling moves the figure on average, so that the interval lies about the figure itself. Sorts what is
/// drawn.
///
/// # Errors
/// If resampling moves the figure so far that nothing can be said of where it lies.
pub fn interval(figure: f64, drawn: &mut [f64]) -> Result<Option<(f64, f64)>, Biased> {
    drawn.sort_unstable_by(f64::total_cmp);
    let (Some(low), Some(high)) = (percentile(drawn, 2.5), percentile(drawn, 97.5)) else { return Ok(None) };
    let count = drawn.len() as f64;
    let bias = drawn.iter().sum::<f64>() / count - figure;
    let spread = (drawn.iter().map(|value| (value - figure - bias).powi(2)).sum::<f64>() / count).sqrt();
    // Sums of equal numbers are rounded.
    if bias.abs() > BIAS * spread + 1e-9 * (1.0 + figure.abs()) {
        return Err(Biased);
    }
    // No farther than figures go at all.
    let (least, most) = (drawn[0].min(figure), drawn[drawn.len() - 1].max(figure));
    Ok(Some(((low - bias).clamp(least, figure), (high - bias).clamp(figure, most))))
}

/// Resampling moves a figure more than it spreads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Biased;

/// A percentile of sorted numbers, interpolated linearly, as `numpy.percentile` does; none of none.
pub fn percentile(sorted: &[f64], percent: f64) -> Option<f64> {
    let place = percent / 100.0 * sorted.len().checked_sub(1)? as f64;
    let (below, above) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    Some(below + (above - below) * (place - place.floor()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resample_is_the_same_every_time_and_no_two_are_alike() {
        let draw = |seed, number| Resample::new(seed, number, 1000).collect::<Vec<_>>();
        assert_eq!(draw(7, 3), draw(7, 3));
        assert_ne!(draw(7, 3), draw(7, 4));
        assert_ne!(draw(7, 3), draw(8, 3));
    }

    #[test]
    fn every_sample_is_drawn_about_as_often_as_any_other() {
        let mut counts = [0u32; 10];
        for number in 0..10_000 {
            for index in Resample::new(1, number, 10) {
                counts[index] += 1;
            }
        }
        // Binomial: 10 000 each, give or take 95; five times that is seen once in a million.
        assert!(counts.iter().all(|count| count.abs_diff(10_000) < 475), "{counts:?}");
    }

    #[test]
    fn the_interval_of_an_accuracy_is_about_what_the_normal_distribution_says() {
        let right: Vec<bool> = (0..400).map(|index| index % 4 != 0).collect();
        let accuracy = |number| Resample::new(2, number, 400).filter(|&index| right[index]).count() as f64 / 400.0;
        let (low, high) = interval(0.75, &mut (0..2000).map(accuracy).collect::<Vec<_>>()).unwrap().unwrap();
        // 0.75 ± 1.96 √(0.75 · 0.25 / 400) = 0.75 ± 0.0424
        assert!((low - 0.7076).abs() < 0.005 && (high - 0.7924).abs() < 0.005, "{low} to {high}");
    }

    #[test]
    fn an_interval_lies_about_its_figure_or_there_is_none() {
        let drawn = |middle: f64| (0..=100).map(|place| middle + f64::from(place - 50) / 50.0).collect::<Vec<_>>();
        // The standard deviation of −1, −0.98 … 1 is 0.583.
        let (low, high) = interval(0.1, &mut drawn(0.0)).unwrap().unwrap();
        assert!((low + 0.85).abs() < 1e-12 && (high - 1.0).abs() < 1e-12, "{low} to {high}");
        assert_eq!(interval(0.3, &mut drawn(0.0)), Err(Biased));
        assert_eq!(interval(0.7, &mut [0.7; 30]), Ok(Some((0.7, 0.7))));
        assert_eq!(interval(0.7, &mut [0.8; 30]), Err(Biased));
        assert_eq!(interval(0.7, &mut []), Ok(None));
    }

    #[test]
    fn of_nothing_there_is_neither_a_draw_nor_a_percentile() {
        assert_eq!(Resample::new(0, 0, 0).next(), None);
        assert_eq!(percentile(&[], 50.0), None);
        assert_eq!(percentile(&[3.0], 99.0), Some(3.0));
    }
}
