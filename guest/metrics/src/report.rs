//! What a batch of answers came to, mergeable across batches.

use crate::probabilities::brier_score;
use crate::scores::{not_finite, rank, top};
use std::collections::BTreeMap;

/// How many equal parts of [0, 1] the reliability curve has.
pub const CALIBRATION_BINS: usize = 15;

/// The samples whose highest score lies in one part of [0, 1].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bin {
    /// How many samples.
    pub count: u64,
    /// How many of them were right.
    pub correct: u64,
    /// The sum of their highest scores.
    pub confidence_sum: f64,
}

/// Counts and sums over samples. Every metric that the field derives from a ranking follows from them: top-k accuracy
/// from `ranks`, precision, recall and F1 from `confusions`, calibration error from `calibration`.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Samples that were counted.
    pub samples: u64,
    /// Element `r` counts the samples whose true class had the (r+1)-th highest score, as [`rank`] counts. As long as
    /// there are classes.
    pub ranks: Vec<u64>,
    /// How many samples of the first class were taken for the second.
    pub confusions: BTreeMap<(u32, u32), u64>,
    /// The sum of −ln(score of the true class), scores clipped to the smallest normal f32.
    pub log_loss_sum: f64,
    /// The sum of Σ(score − truth)² over the classes (Brier, 1950).
    pub brier_sum: f64,
    /// The reliability curve; a score between two bins belongs to the upper one.
    pub calibration: [Bin; CALIBRATION_BINS],
}

/// Which bin of the reliability curve a score of 0 to 1 belongs to; of two, the upper one.
pub fn bin(score: f64) -> usize {
    ((score * CALIBRATION_BINS as f64) as usize).min(CALIBRATION_BINS - 1)
}

/// Why a sample cannot be counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SampleError {
    /// The model has no such class.
    Label {
        /// The class.
        label: u32,
        /// How many there are.
        classes: usize,
    },
    /// There are more or fewer scores than classes.
    Scores {
        /// Scores given.
        found: usize,
        /// How many there should be.
        classes: usize,
    },
    /// A score is not a number, or infinite.
    NotFinite {
        /// The class whose score it is.
        class: usize,
    },
}

impl Report {
    /// No samples yet, of a model with so many classes.
    pub fn new(classes: usize) -> Self {
        Self {
            samples: 0,
            ranks: vec![0; classes],
            confusions: BTreeMap::new(),
            log_loss_sum: 0.0,
            brier_sum: 0.0,
            calibration: [Bin::default(); CALIBRATION_BINS],
        }
    }

    /// Counts one sample: the probabilities that the model gave to each class, and the true class. Sums are taken in
    /// the order of the calls, so that the same samples give the same bits.
    ///
    /// # Errors
    /// If the label is no class, or the scores are not one number for each class; nothing is counted then.
    pub fn add(&mut self, scores: &[f32], label: u32) -> Result<(), SampleError> {
        let classes = self.ranks.len();
        if scores.len() != classes {
            return Err(SampleError::Scores { found: scores.len(), classes });
        }
        let truth = label as usize;
        let Some(&true_score) = scores.get(truth) else { return Err(SampleError::Label { label, classes }) };
        if let Some(class) = not_finite(scores) {
            return Err(SampleError::NotFinite { class });
        }
        let [predicted] = top(scores, 1)[..] else { return Err(SampleError::Label { label, classes }) };

        self.samples += 1;
        self.ranks[rank(scores, truth)] += 1;
        *self.confusions.entry((label, predicted as u32)).or_default() += 1;
        self.log_loss_sum -= f64::from(true_score.max(f32::MIN_POSITIVE)).ln();
        self.brier_sum += brier_score(scores, truth);

        let confidence = f64::from(scores[predicted]);
        let bin = &mut self.calibration[bin(confidence)];
        bin.count += 1;
        bin.correct += u64::from(predicted == truth);
        bin.confidence_sum += confidence;
        Ok(())
    }

    /// Adds what another batch came to.
    ///
    /// # Errors
    /// If the other report is about another number of classes; nothing is added then.
    pub fn merge(&mut self, other: &Self) -> Result<(), SampleError> {
        if self.ranks.len() != other.ranks.len() {
            return Err(SampleError::Scores { found: other.ranks.len(), classes: self.ranks.len() });
        }
        self.samples += other.samples;
        for (own, more) in self.ranks.iter_mut().zip(&other.ranks) {
            *own += more;
        }
        for (&cell, more) in &other.confusions {
            *self.confusions.entry(cell).or_default() += more;
        }
        self.log_loss_sum += other.log_loss_sum;
        self.brier_sum += other.brier_sum;
        for (own, more) in self.calibration.iter_mut().zip(&other.calibration) {
            own.count += more.count;
            own.correct += more.correct;
            own.confidence_sum += more.confidence_sum;
        }
        Ok(())
    }
}
