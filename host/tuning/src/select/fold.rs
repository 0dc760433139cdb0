//! One fold: fitted without it, tested on it.

use super::Score;
use crate::logistic::{Options, Training, minimise};
use crate::{Error, Matrix, loss};
use maasm_metrics::top;

/// A value of C while folds are tried.
pub struct Candidate {
    pub score: Score,
    losses: Vec<f64>,
    pub logits: Vec<f32>,
}

impl Candidate {
    pub fn new(c: f64, logits: usize) -> Self {
        let (mean_accuracy, standard_deviation, log_loss) = (0.0, 0.0, 0.0);
        let score = Score { c, accuracies: vec![], mean_accuracy, standard_deviation, log_loss, converged: true };
        Self { score, losses: vec![], logits: vec![0.0; logits] }
    }

    pub fn finish(&mut self) {
        let score = &mut self.score;
        score.mean_accuracy = mean(score.accuracies.iter().copied());
        let squares = score.accuracies.iter().map(|accuracy| (accuracy - score.mean_accuracy).powi(2));
        score.standard_deviation = mean(squares).sqrt();
        score.log_loss = mean(self.losses.iter().copied());
    }
}

/// Tries every candidate on one fold, from the strongest regularisation to the weakest: each begins where the one before
/// ended, which is near.
pub fn try_fold(
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
        candidate.score.converged &= found.converged;
        let head = training.head(&parameters)?;
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
