//! What one answer comes to.

use crate::probabilities::{brier_score, log_loss};
use crate::scores::{rank, top};

/// What a classifier's answer comes to. 40 bytes of each sample are in memory, whatever the number of classes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    /// The true class.
    pub truth: u32,
    /// The class with the highest score; of several the one with the lowest index.
    pub predicted: u32,
    /// The number of classes that come before the true one, as [`rank`] counts them.
    pub rank: u32,
    /// The highest score.
    pub confidence: f32,
    /// The true class's score.
    pub truth_score: f32,
    /// −ln of the true class's score.
    pub log_loss: f64,
    /// Σ(score − truth)² over the classes.
    pub brier_score: f64,
}

impl Outcome {
    /// What these scores, one for each class, come to.
    ///
    /// # Panics
    /// If the truth is no class.
    pub fn of(scores: &[f32], truth: u32) -> Self {
        let predicted = top(scores, 1)[0];
        let truth_score = scores[truth as usize];
        Self {
            truth,
            predicted: predicted as u32,
            rank: rank(scores, truth as usize) as u32,
            confidence: scores[predicted],
            truth_score,
            log_loss: log_loss(f64::from(truth_score)),
            brier_score: brier_score(scores, truth as usize),
        }
    }

    /// Whether the class with the highest score is the true one.
    pub fn is_right(&self) -> bool {
        self.truth == self.predicted
    }
}
