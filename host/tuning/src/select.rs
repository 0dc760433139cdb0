//! How strongly to regularise, by cross-validation.

use crate::logistic::{Options, Training, minimise};
use crate::split::{Folds, Remark, stratified_folds};
use crate::{Error, Matrix, labels, loss};
use maasm_metrics::top;

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
    /// What one should know: about the folds, or that the best C is at an end of the grid, so that a wider one might
    /// have a better.
    pub fn remarks(&self) -> Vec<String> {
        let mut remarks: Vec<_> = self.folds.remarks.iter().map(Remark::to_string).collect();
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

/// A value of C while folds are tried.
struct Candidate {
    score: Score,
    losses: Vec<f64>,
    logits: Vec<f32>,
}

impl Candidate {
    fn new(c: f64, logits: usize) -> Self {
        let (mean_accuracy, standard_deviation, log_loss) = (0.0, 0.0, 0.0);
        let score = Score { c, accuracies: vec![], mean_accuracy, standard_deviation, log_loss, converged: true };
        Self { score, losses: vec![], logits: vec![0.0; logits] }
    }

    fn finish(&mut self) {
        let score = &mut self.score;
        score.mean_accuracy = mean(score.accuracies.iter().copied());
        let squares = score.accuracies.iter().map(|accuracy| (accuracy - score.mean_accuracy).powi(2));
        score.standard_deviation = mean(squares).sqrt();
        score.log_loss = mean(self.losses.iter().copied());
    }
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

/// Tries every candidate on one fold, from the strongest regularisation to the weakest: each begins where the one before
/// ended, which is near.
fn try_fold(
    features: Matrix,
    labels: &[u32],
    classes: usize,
    [train, test]: [&[usize]; 2],
    options: &Options,
    candidates: &mut [Candidate],
) -> Result<(), Error> {
    // Classes that are all in the tested fold are not learnt in it.
    let mut place = vec![None; classes];
    train.iter().for_each(|&row| place[labels[row] as usize] = Some(0));
    let mut learnt = 0;
    for place in place.iter_mut().flatten() {
        *place = learnt;
        learnt += 1;
    }
    if learnt < 2 {
        let class = place.iter().position(Option::is_none).unwrap_or_default();
        return Err(Error::Tangled { class: class as u32 });
    }
    let truth = train.iter().filter_map(|&row| place[labels[row] as usize]).collect();
    let training = Training::new(features, train, truth, learnt, options.standardize);

    let mut parameters = training.start();
    let mut order: Vec<_> = candidates.iter_mut().collect();
    order.sort_by(|a, b| a.score.c.total_cmp(&b.score.c));
    for candidate in order {
        let found = minimise(&training, parameters, &Options { c: candidate.score.c, ..*options })?;
        parameters = found.parameters;
        candidate.score.converged &= found.gradient_norm <= options.tolerance;
        let head = training.head(&parameters);
        let (mut right, mut loss) = (0, 0.0);
        for &row in test {
            let known: Vec<f32> = head.answer(features.row(row)).collect();
            let unknown = (loss::log_sum_exp(&known, 1.0) + f64::EPSILON.ln()) as f32;
            let logits = &mut candidate.logits[row * classes..][..classes];
            let all = place.iter().map(|place| place.map_or(unknown, |place| known[place]));
            logits.iter_mut().zip(all).for_each(|(logit, value)| *logit = value);
            right += usize::from(top(logits, 1)[0] == labels[row] as usize);
            loss += loss::log_loss(logits, 1.0, labels[row]);
        }
        candidate.score.accuracies.push(right as f64 / test.len() as f64);
        candidate.losses.push(loss / test.len() as f64);
    }
    Ok(())
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = values.len() as f64;
    values.sum::<f64>() / count
}
