//! What is minimised: the penalised mean log loss and its gradient.

use super::Training;
use argmin::core::{CostFunction, Error, Gradient};
use ndarray::Array2;
use ndarray::linalg::general_mat_mul;
use std::cell::RefCell;

/// The objective at one value of C.
pub struct Objective<'a> {
    training: &'a Training,
    /// What half the squared weights count.
    pub penalty: f64,
    /// The line search asks for the loss and for the gradient of the same parameters, and both come of one pass.
    last: RefCell<Point>,
}

#[derive(Default)]
struct Point {
    parameters: Vec<f64>,
    loss: f64,
    gradient: Vec<f64>,
    /// Samples × classes: logits, then probability minus truth. Kept so that no step has to allocate it.
    scores: Array2<f64>,
}

impl<'a> Objective<'a> {
    pub fn new(training: &'a Training, c: f64) -> Self {
        let (samples, classes) = (training.truth.len(), training.classes);
        // Two rows that are ±w/2 have half the square of w.
        let twice = if classes == 2 { 2.0 } else { 1.0 };
        let point = Point { scores: Array2::zeros((samples, classes)), ..Point::default() };
        Self { training, penalty: twice / (c * samples as f64), last: RefCell::new(point) }
    }

    /// Makes sure that `last` is about these parameters.
    fn visit(&self, parameters: &[f64]) -> Result<(), Error> {
        let point = &mut *self.last.borrow_mut();
        if point.parameters == parameters {
            return Ok(());
        }
        let training = self.training;
        let (weights, bias) = training.parts(parameters);
        let share = 1.0 / training.truth.len() as f64;

        general_mat_mul(1.0, &training.features, &weights.t(), 0.0, &mut point.scores);
        let mut loss = 0.0;
        let mut bias_gradient = vec![0.0; bias.len()];
        for (mut row, &truth) in point.scores.rows_mut().into_iter().zip(&training.truth) {
            row.iter_mut().zip(bias).for_each(|(score, bias)| *score += bias);
            let true_score = row[truth];
            let most = row.iter().fold(f64::NEG_INFINITY, |most, &score| most.max(score));
            row.iter_mut().for_each(|score| *score = (*score - most).exp());
            let sum = row.sum();
            loss += sum.ln() + most - true_score;
            row.iter_mut().for_each(|score| *score /= sum);
            row[truth] -= 1.0;
            bias_gradient.iter_mut().zip(&row).for_each(|(gradient, residual)| *gradient += share * residual);
        }
        let square: f64 = weights.iter().map(|weight| weight * weight).sum();
        point.loss = loss * share + 0.5 * self.penalty * square;
        // A direction that overflowed ends the line search here rather than going on for ever.
        if !point.loss.is_finite() {
            point.parameters.clear();
            return Err(Error::msg("the loss is not finite"));
        }

        let mut gradient = weights.to_owned();
        general_mat_mul(share, &point.scores.t(), &training.features, self.penalty, &mut gradient);
        point.gradient = gradient.into_raw_vec_and_offset().0;
        point.gradient.extend(bias_gradient);
        point.parameters.clear();
        point.parameters.extend_from_slice(parameters);
        Ok(())
    }
}

impl CostFunction for &Objective<'_> {
    type Param = Vec<f64>;
    type Output = f64;

    fn cost(&self, parameters: &Vec<f64>) -> Result<f64, Error> {
        self.visit(parameters)?;
        Ok(self.last.borrow().loss)
    }
}

impl Gradient for &Objective<'_> {
    type Param = Vec<f64>;
    type Gradient = Vec<f64>;

    fn gradient(&self, parameters: &Vec<f64>) -> Result<Vec<f64>, Error> {
        self.visit(parameters)?;
        Ok(self.last.borrow().gradient.clone())
    }
}
