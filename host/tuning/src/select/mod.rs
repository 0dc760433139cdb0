//! How strongly to regularise, by cross-validation.

mod fold;

use crate::logistic::Options;
use crate::split::{Folds, Remark, stratified_folds};
use crate::{Error, Matrix, labels};
use fold::{Candidate, try_fold};

/// Values of C from so strong that little is learnt to so weak that samples are learnt by heart, for standardised
/// features.
pub const GRID: [f64; 7] = [1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0];

/// Accuracies that differ by less are equal: the mean of fractions is rounded.
const EQUAL: f64 = 1e-12;

/// How to select.
#[derive(Clone, Copy, Debug)]
pub struct CrossValidation<'a> {
    /// The values of C to choose from; [`GRID`] by default.
    pub grid: &'a [f64],
    /// How many folds; 5 by default.
    pub folds: u32,
    /// What decides which sample comes into which fold.
    pub seed: u64,
    /// For each sample, which others it must share a fold with: those of the same number.
    pub groups: Option<&'a [u32]>,
    /// How to fit; its C does not matter.
    pub options: Options,
}

impl Default for CrossValidation<'_> {
    fn default() -> Self {
        Self { grid: &GRID, folds: 5, seed: 0, groups: None, options: Options::default() }
    }
}

/// How good one value of C is.
#[derive(Clone, Debug, PartialEq)]
pub struct Score {
    /// The value.
    pub c: f64,
    /// The accuracy in each fold.
    pub accuracies: Vec<f64>,
    /// Their mean, `mean_test_score`.
    pub mean_accuracy: f64,
    /// Their standard deviation, `std_test_score`: the root of the mean squared difference from the mean.
    pub standard_deviation: f64,
    /// The mean over folds of the log loss. A class that a fold did not learn has a probability of 2⁻⁵² there.
    pub log_loss: f64,
    /// Whether the solver converged in every fold.
    pub converged: bool,
}

/// What was selected, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Selection {
    /// The value of C.
    pub c: f64,
    /// How good each value is, in the order of the grid.
    pub scores: Vec<Score>,
    /// Which sample was tested in which fold.
    pub folds: Folds,
    /// Samples × classes: what heads with the chosen C, of which none had learnt the sample, say of it. Temperature and
    /// thresholds can be fitted on these without spending further samples.
    pub held_out_logits: Vec<f32>,
}

impl Selection {
    /// What one should know: about the folds, where the solver did not converge, or that the best C is at an end of the
    /// grid, so that a wider one might have a better.
    pub fn remarks(&self) -> Vec<String> {
        let mut remarks: Vec<_> = self.folds.remarks.iter().map(Remark::to_string).collect();
        let stopped = self.scores.iter().filter(|score| !score.converged);
        remarks.extend(stopped.map(|score| format!("the solver did not converge with C = {}", score.c)));
        let beyond = |other: fn(&f64, &f64) -> bool| !self.scores.iter().any(|score| other(&score.c, &self.c));
        if self.scores.len() > 1 && (beyond(f64::lt) || beyond(f64::gt)) {
            remarks.push(format!("the best C, {}, is at an end of the grid; a wider one may have a better", self.c));
        }
        remarks
    }
}

/// Fits a head for each value of C and each fold, tests it on the fold, and selects the C with the highest mean accuracy;
/// of equal ones that with the lowest log loss, and of equal ones the smallest. Scaling is learnt anew for each fold,
/// without the samples that it tests.
///
/// Features are n × d, labels n, below `classes`; folds come of [`stratified_folds`].
///
/// # Errors
/// If there are no samples, labels or groups do not fit, a class has no samples, no folds can be made, or an option
/// makes no sense.
pub fn cross_validate(
    features: Matrix,
    labels: &[u32],
    classes: usize,
    how: &CrossValidation,
) -> Result<Selection, Error> {
    if how.grid.is_empty() {
        return Err(Error::NoGrid);
    }
    how.grid.iter().try_for_each(|&c| Options { c, ..how.options }.check())?;
    labels::count_all(labels, features.rows(), classes)?;
    let folds = stratified_folds(labels, how.groups, how.folds, how.seed)?;

    let new = |&c: &f64| Candidate::new(c, labels.len() * classes);
    let mut candidates: Vec<_> = how.grid.iter().map(new).collect();
    for fold in 0..folds.count {
        let (test, train): (Vec<_>, Vec<_>) = (0..labels.len()).partition(|&row| folds.assignment[row] == fold);
        try_fold(features, labels, classes, [&train, &test], &how.options, &mut candidates)?;
    }
    candidates.iter_mut().for_each(Candidate::finish);
    let better = |a: &&Candidate, b: &&Candidate| a.score.compare(&b.score);
    let best = candidates.iter().min_by(better).ok_or(Error::NoGrid)?;
    let (c, held_out_logits) = (best.score.c, best.logits.clone());
    let scores = candidates.into_iter().map(|candidate| candidate.score).collect();
    Ok(Selection { c, scores, folds, held_out_logits })
}

impl Score {
    /// The better one is less.
    fn compare(&self, other: &Self) -> std::cmp::Ordering {
        if (self.mean_accuracy - other.mean_accuracy).abs() > EQUAL {
            return other.mean_accuracy.total_cmp(&self.mean_accuracy);
        }
        self.log_loss.total_cmp(&other.log_loss).then(self.c.total_cmp(&other.c))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::loss;

    /// Classes that lie apart by a little, so that stronger and weaker regularisation tell them apart equally well.
    fn samples(labels: &[u32]) -> Vec<f32> {
        let wobble = |row: usize| (row * 7 % 5) as f32 * 0.1;
        labels.iter().enumerate().flat_map(|(row, &label)| [label as f32 + wobble(row), wobble(row + 2)]).collect()
    }

    fn select(labels: &[u32], classes: usize, how: &CrossValidation) -> Result<Selection, Error> {
        cross_validate(Matrix::new(&samples(labels), 2).unwrap(), labels, classes, how)
    }

    #[test]
    fn of_equal_accuracies_the_lower_log_loss_is_selected_and_of_equal_losses_the_stronger_regularisation() {
        let score = |c, mean_accuracy, log_loss| Score {
            c,
            accuracies: vec![],
            mean_accuracy,
            standard_deviation: 0.0,
            log_loss,
            converged: true,
        };
        let order = [score(9.0, 0.8, 3.0), score(8.0, 0.7, 1.0), score(1.0, 0.7, 2.0), score(2.0, 0.7 + 1e-16, 2.0)];
        assert!(order.is_sorted_by(|a, b| a.compare(b).is_lt()));
    }

    #[test]
    fn a_value_of_c_scores_the_same_alone_and_in_company() {
        let labels: Vec<u32> = (0..60).map(|row| row % 3).collect();
        let of = |grid: &[f64]| {
            let how = CrossValidation { grid, ..CrossValidation::default() };
            select(&labels, 3, &how).unwrap()
        };
        let (alone, company) = (of(&[0.5]), of(&[7.0, 0.5, 1e-4]));
        assert_eq!(company.scores.iter().map(|score| score.c).collect::<Vec<_>>(), [7.0, 0.5, 1e-4]);
        assert_eq!(alone.scores[0].accuracies, company.scores[1].accuracies);
        assert!((alone.scores[0].log_loss - company.scores[1].log_loss).abs() < 1e-6);
        assert_eq!(company, of(&[7.0, 0.5, 1e-4]));
    }

    #[test]
    fn what_is_not_as_asked_for_is_told() {
        let labels = [0, 0, 0, 1, 1, 1, 1, 2];
        let selection = select(&labels, 3, &CrossValidation::default()).unwrap();
        let remarks = selection.remarks();
        assert_eq!(remarks[0], "class 2 has only one sample, which cannot be learnt from and tested on at once");
        assert_eq!(remarks[1], "3 folds instead of 5: class 0 has only 3 samples");
        // Where class 2 is tested it was not learnt.
        let logits = &selection.held_out_logits[7 * 3..];
        assert!((loss::log_loss(logits, 1.0, 2) + f64::EPSILON.ln()).abs() < 1e-4);

        let options = Options { max_iterations: 1, ..Options::default() };
        let grid = [1.0, 10.0];
        let how = CrossValidation { grid: &grid, options, ..CrossValidation::default() };
        let remarks = select(&[0, 0, 1, 0, 1, 1, 0, 1, 1, 0], 2, &how).unwrap().remarks();
        assert_eq!(remarks[0], "the solver did not converge with C = 1");
        assert!(remarks[2].ends_with("is at an end of the grid; a wider one may have a better"), "{remarks:?}");
    }

    #[test]
    fn what_cannot_be_validated_is_refused() {
        let said = |labels: &[u32], how| select(labels, 2, &how).unwrap_err();
        let usual = CrossValidation::default;
        assert_eq!(said(&[0, 1], CrossValidation { grid: &[], ..usual() }), Error::NoGrid);
        assert!(matches!(said(&[0, 1], CrossValidation { grid: &[1.0, 0.0], ..usual() }), Error::Option { .. }));
        assert_eq!(said(&[1, 1], usual()), Error::OneClass { class: 1 });
        assert_eq!(said(&[0, 0, 1], usual()), Error::TooFew { class: 1, found: 1, what: "sample" });
        let groups = CrossValidation { groups: Some(&[0]), ..usual() };
        assert_eq!(said(&[0, 1, 1], groups), Error::Length { what: "groups", found: 1, samples: 3 });
    }
}
