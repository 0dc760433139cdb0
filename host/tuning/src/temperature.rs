//! Temperature scaling (Guo et al. 2017, "On calibration of modern neural networks"): one number by which all logits are
//! divided, so that a classifier is as sure as it is right. Which class is the likeliest does not change.

use crate::{Error, Matrix, labels, loss};
use argmin::core::{CostFunction, Executor};
use argmin::solver::brent::BrentRoot;
use maasm_metrics::{Bin, CALIBRATION_BINS, bin, expected_calibration_error, top};

/// The lowest temperature, which makes a classifier the surest.
pub const LOWEST: f64 = 0.01;
/// The highest, at which all classes are nearly alike.
pub const HIGHEST: f64 = 100.0;

/// Absolute, of the temperature's logarithm.
const TOLERANCE: f64 = 1e-12;

/// A figure with temperature 1 and with the fitted one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// With temperature 1.
    pub before: f64,
    /// With the fitted one.
    pub after: f64,
}

/// An end of the range of temperatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// [`LOWEST`]: the surer the better, as when every answer is right.
    Lowest,
    /// [`HIGHEST`]: the less sure the better, as when answers are worse than guesses.
    Highest,
}

/// A fitted temperature.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Temperature {
    /// What to divide logits by before softmax.
    pub value: f64,
    /// Where the best temperature lies beyond the range, the end at which it was held.
    pub bound: Option<Bound>,
    /// The mean log loss, not clipped.
    pub log_loss: Change,
    /// The expected calibration error over 15 bins.
    pub expected_calibration_error: Change,
}

/// Finds the temperature with the lowest mean log loss on logits (n × classes) and labels (n). Those should be of
/// samples that the classifier did not learn from, or it seems surer than it may be.
///
/// The loss is convex in 1/temperature, so its derivative has one root; Brent's method (1973) finds it between
/// [`LOWEST`] and [`HIGHEST`], on a logarithmic scale. Where no temperature changes the loss, as when all logits of every
/// sample are equal, it is 1.
///
/// # Errors
/// If there are no samples, or labels do not fit.
pub fn fit(logits: Matrix, labels: &[u32]) -> Result<Temperature, Error> {
    labels::count(labels, logits.rows(), logits.columns())?;
    let slope = Slope { logits, labels };
    let (value, bound) = match (slope.at(LOWEST), slope.at(HIGHEST)) {
        (0.0, 0.0) => (1.0, None),
        (surest, _) if surest <= 0.0 => (LOWEST, Some(Bound::Lowest)),
        (_, flattest) if flattest >= 0.0 => (HIGHEST, Some(Bound::Highest)),
        _ => (slope.root()?, None),
    };
    let (loss, error) = figures(logits, labels, 1.0);
    let (fitted_loss, fitted_error) = figures(logits, labels, value);
    Ok(Temperature {
        value,
        bound,
        log_loss: Change { before: loss, after: fitted_loss },
        expected_calibration_error: Change { before: error, after: fitted_error },
    })
}

/// How the mean log loss grows with 1/temperature: the logit that softmax expects less that of the true class.
struct Slope<'a> {
    logits: Matrix<'a>,
    labels: &'a [u32],
}

impl Slope<'_> {
    fn at(&self, temperature: f64) -> f64 {
        let of_one = |(row, &label): (&[f32], &u32)| {
            let truth = f64::from(row[label as usize]);
            let most = row.iter().fold(f64::NEG_INFINITY, |most, &logit| most.max(f64::from(logit)));
            let (mut sum, mut weighted) = (0.0, 0.0);
            for &logit in row {
                let weight = ((f64::from(logit) - most) / temperature).exp();
                sum += weight;
                weighted += weight * (f64::from(logit) - truth);
            }
            weighted / sum
        };
        self.logits.iter().zip(self.labels).map(of_one).sum::<f64>() / self.labels.len() as f64
    }

    /// Where the slope is 0; it has different signs at the two ends of the range.
    fn root(&self) -> Result<f64, Error> {
        let failed = |error: argmin::core::Error| Error::Solver(error.to_string());
        let solver = BrentRoot::new(LOWEST.ln(), HIGHEST.ln(), TOLERANCE);
        let mut state =
            Executor::new(self, solver).configure(|state| state.max_iters(200)).run().map_err(failed)?.state;
        let root = state.take_best_param().ok_or_else(|| Error::Solver("it found no root".into()))?;
        Ok(root.exp().clamp(LOWEST, HIGHEST))
    }
}

impl CostFunction for &Slope<'_> {
    type Param = f64;
    type Output = f64;

    fn cost(&self, logarithm: &f64) -> Result<f64, argmin::core::Error> {
        Ok(self.at(logarithm.exp()))
    }
}

/// The mean log loss and the expected calibration error.
fn figures(logits: Matrix, labels: &[u32], temperature: f64) -> (f64, f64) {
    let mut bins = [Bin::default(); CALIBRATION_BINS];
    let mut sum = 0.0;
    for (row, &label) in logits.iter().zip(labels) {
        sum += loss::log_loss(row, 1.0 / temperature, label);
        let answer = top(row, 1)[0] as u32;
        let confidence = (-loss::log_loss(row, 1.0 / temperature, answer)).exp();
        let bin = &mut bins[bin(confidence)];
        bin.count += 1;
        bin.correct += u64::from(answer == label);
        bin.confidence_sum += confidence;
    }
    (sum / labels.len() as f64, expected_calibration_error(&bins).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fitted(logits: &[f32], classes: usize, labels: &[u32]) -> Temperature {
        fit(Matrix::new(logits, classes).unwrap(), labels).unwrap()
    }

    #[test]
    fn a_classifier_becomes_as_sure_as_it_is_right() {
        // Three of four are right, so that the best probability is 3/4: ln 3 apart, where the logits are 4 apart.
        let fitted = fitted(&[4.0, 0.0, 4.0, 0.0, 4.0, 0.0, 0.0, 4.0], 2, &[0, 0, 1, 1]);
        assert!((fitted.value - 4.0 / 3f64.ln()).abs() < 1e-9, "{fitted:?}");
        assert_eq!(fitted.bound, None);
        let entropy = -(0.75 * 0.75f64.ln() + 0.25 * 0.25f64.ln());
        assert!((fitted.log_loss.after - entropy).abs() < 1e-9);
        let sure = 1.0 / (1.0 + (-4f64).exp());
        assert!((fitted.expected_calibration_error.before - (sure - 0.75)).abs() < 1e-9);
        assert!(fitted.expected_calibration_error.after < 1e-9);
    }

    #[test]
    fn a_best_temperature_beyond_the_range_is_held_at_its_end() {
        let right = fitted(&[1.0, 0.0], 2, &[0]);
        assert_eq!((right.value, right.bound), (LOWEST, Some(Bound::Lowest)));
        let wrong = fitted(&[1.0, 0.0], 2, &[1]);
        assert_eq!((wrong.value, wrong.bound), (HIGHEST, Some(Bound::Highest)));
        // As sure as numbers can be, and right but for one: hundreds would be needed.
        let sure = fitted(&[3e38, -3e38, 3e38, -3e38, 3e38, -3e38], 2, &[0, 0, 1]);
        assert_eq!((sure.value, sure.bound), (HIGHEST, Some(Bound::Highest)));
        assert!(sure.log_loss.after.is_finite() && sure.log_loss.after < sure.log_loss.before);
    }

    #[test]
    fn where_no_temperature_changes_anything_it_is_one() {
        let alike = fitted(&[2.0; 6], 3, &[0, 1]);
        assert_eq!((alike.value, alike.bound, alike.log_loss.before), (1.0, None, alike.log_loss.after));
        let certain = fitted(&[1e30, 0.0], 2, &[0]);
        assert_eq!((certain.value, certain.bound, certain.log_loss.after), (1.0, None, 0.0));
    }

    #[test]
    fn bad_input_is_refused() {
        let logits = Matrix::new(&[0.0, 1.0], 2).unwrap();
        assert_eq!(fit(Matrix::new(&[], 2).unwrap(), &[]), Err(Error::NoSamples));
        assert_eq!(fit(logits, &[0, 1]), Err(Error::Length { what: "labels", found: 2, samples: 1 }));
        assert_eq!(fit(logits, &[2]), Err(Error::Label { row: 0, label: 2, classes: 2 }));
    }
}
