//! What follows from all scores, class by class: areas under curves, one class against the rest.

use super::resamples::{Interval, intervals, parallel};
use super::{Answered, Method, SummaryError};
use maasm_metrics::{average_precision, roc_auc};

/// The figures' names: means over classes.
pub const NAMES: [&str; 2] = ["roc_auc_macro", "average_precision_macro"];

/// A class's areas.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Areas {
    pub roc_auc: Option<f64>,
    pub average_precision: Option<f64>,
}

/// The means over classes, and their intervals.
pub struct Curves {
    /// By class, as they were asked for.
    pub classes: Vec<Areas>,
    /// Of `roc_auc` and `average_precision`.
    pub intervals: [Interval; 2],
}

/// How many scores are in memory at once.
const SCORES: usize = 4 << 20;

/// Up to how many (samples × classes × resamples) intervals are worth their time.
const STEPS: usize = 2_000_000_000;
const TOO_LONG: &str = "of so many samples and classes it would take too long; --resamples makes it shorter";

/// The areas of these classes, and intervals if they are wanted. `truths` has each sample's class, none for those without an
/// answer.
pub fn curves(
    version: &Answered,
    truths: &[Option<u32>],
    classes: &[u32],
    method: &Method,
    intervals_wanted: bool,
) -> Result<Curves, SummaryError> {
    let answered = truths.iter().flatten().count();
    let mut areas = Vec::with_capacity(classes.len());
    let work = answered.saturating_mul(classes.len());
    let is_quick = work.saturating_mul(method.resamples as usize) <= STEPS;
    let bootstrapped = intervals_wanted && is_quick;
    let mut sorted = Vec::new();
    for block in classes.chunks((SCORES / answered.max(1)).max(1)) {
        let columns = columns(version, truths, block)?;
        areas.extend(parallel(
            method.threads,
            &columns,
            || (),
            |(), column| {
                let mut column = column.clone();
                Areas { roc_auc: roc_auc(&mut column), average_precision: average_precision(&mut column) }
            },
        ));
        if bootstrapped {
            sorted.extend(columns.into_iter().map(Sorted::new));
        }
    }
    let draw = |weights: &mut Vec<u32>, resample: maasm_metrics::Resample| {
        weights.fill(0);
        resample.for_each(|index| weights[index] += 1);
        means(&sorted.iter().map(|sorted| sorted.areas(weights)).collect::<Vec<_>>())
    };
    let intervals = match (bootstrapped, is_quick) {
        (true, _) => intervals(method, answered, means(&areas), || vec![0u32; answered], draw),
        (false, true) => [Ok(None), Ok(None)],
        (false, false) => [TOO_LONG, TOO_LONG].map(|why| Err(why.into())),
    };
    Ok(Curves { classes: areas, intervals })
}

/// The means of classes' `roc_auc` and `average_precision`.
pub fn means(classes: &[Areas]) -> [Option<f64>; 2] {
    [mean(classes.iter().map(|areas| areas.roc_auc)), mean(classes.iter().map(|areas| areas.average_precision))]
}

/// The mean of what is defined.
fn mean(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    let (sum, count) = values.flatten().fold((0.0, 0u64), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / count as f64)
}

/// For each of these classes, its score of every answered sample and whether the sample belongs to it.
fn columns(version: &Answered, truths: &[Option<u32>], classes: &[u32]) -> Result<Vec<Vec<(f32, bool)>>, SummaryError> {
    let mut columns = vec![Vec::new(); classes.len()];
    version.answers.each(|index, answer| {
        let (Some(truth), Ok(scores)) = (truths[index], answer.values) else { return };
        for (column, &class) in columns.iter_mut().zip(classes) {
            column.push((scores[class as usize], truth == class));
        }
    })?;
    Ok(columns)
}

/// One class's samples by falling score.
struct Sorted {
    /// Each one's number, whether it belongs to the class, and whether the next one's score is lower.
    samples: Vec<(u32, bool, bool)>,
}

impl Sorted {
    fn new(column: Vec<(f32, bool)>) -> Self {
        // A score that is no number counts as the lowest, -0 as 0, as in rankings.
        let key = |index: u32| {
            let score = column[index as usize].0;
            if score.is_nan() { f32::NEG_INFINITY } else { score + 0.0 }
        };
        let mut order: Vec<u32> = (0..column.len() as u32).collect();
        order.sort_by(|&a, &b| key(b).total_cmp(&key(a)));
        let last = |place: usize| order.get(place + 1).is_none_or(|&next| key(next) != key(order[place]));
        let sample = |(place, &index): (usize, &u32)| (index, column[index as usize].1, last(place));
        Self { samples: order.iter().enumerate().map(sample).collect() }
    }

    /// The areas if each sample is there so many times: those of [`roc_auc`] and [`average_precision`].
    fn areas(&self, weights: &[u32]) -> Areas {
        let (mut positives, mut negatives, mut doubled, mut precisions) = (0u64, 0u64, 0u64, 0.0);
        let (mut more_positives, mut more_negatives) = (0u64, 0u64);
        for &(index, belongs, last) in &self.samples {
            let weight = u64::from(weights[index as usize]);
            if belongs {
                more_positives += weight
            } else {
                more_negatives += weight
            }
            if last {
                doubled += more_negatives * (2 * positives + more_positives);
                positives += more_positives;
                negatives += more_negatives;
                if more_positives > 0 {
                    precisions += more_positives as f64 * positives as f64 / (positives + negatives) as f64;
                }
                (more_positives, more_negatives) = (0, 0);
            }
        }
        Areas {
            roc_auc: (positives > 0 && negatives > 0)
                .then(|| doubled as f64 / 2.0 / positives as f64 / negatives as f64),
            average_precision: (positives > 0).then(|| precisions / positives as f64),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use maasm_metrics::Resample;

    #[test]
    fn areas_of_drawn_samples_are_those_of_the_samples_written_out() {
        for seed in 0..200 {
            let mut dice = Resample::new(seed, 0, 1 << 20);
            let mut roll = |sides: usize| dice.next().unwrap() % sides;
            let column: Vec<(f32, bool)> = (0..1 + roll(12)).map(|_| (roll(4) as f32 / 4.0, roll(3) == 0)).collect();
            let weights: Vec<u32> = column.iter().map(|_| roll(3) as u32).collect();
            let mut written_out: Vec<(f32, bool)> =
                column.iter().zip(&weights).flat_map(|(&sample, &weight)| vec![sample; weight as usize]).collect();
            let found = Sorted::new(column).areas(&weights);
            assert_eq!(found.roc_auc, roc_auc(&mut written_out), "{seed}");
            let expected = average_precision(&mut written_out);
            assert!(
                found.average_precision.zip(expected).is_none_or(|(found, expected)| (found - expected).abs() < 1e-12),
                "{seed}"
            );
            assert_eq!(found.average_precision.is_some(), expected.is_some(), "{seed}");
        }
    }
}
