//! Everything that follows from [`Outcome`]s.

use crate::outcome::Outcome;
use crate::probabilities::expected_calibration_error;
use crate::report::{Bin, CALIBRATION_BINS, bin};
use crate::tally::{Average, Rates, Tally};

const NAMES: [&str; 17] = [
    "accuracy",
    "top_5_accuracy",
    "balanced_accuracy",
    "cohen_kappa",
    "matthews_corrcoef",
    "precision_macro",
    "recall_macro",
    "f1_macro",
    "precision_micro",
    "recall_micro",
    "f1_micro",
    "precision_weighted",
    "recall_weighted",
    "f1_weighted",
    "log_loss",
    "brier_score",
    "expected_calibration_error",
];

/// Counts and sums over samples.
pub struct Figures {
    /// The confusion matrix.
    pub tally: Tally,
    /// The reliability curve.
    pub bins: [Bin; CALIBRATION_BINS],
    samples: u64,
    among_5: u64,
    log_loss: f64,
    brier_score: f64,
}

impl Figures {
    /// The figures' names, in the order of [`Figures::values`].
    pub const NAMES: [&str; NAMES.len()] = NAMES;

    /// No samples yet, of so many classes.
    pub fn new(classes: usize) -> Self {
        let bins = [Bin::default(); CALIBRATION_BINS];
        Self { tally: Tally::new(classes), bins, samples: 0, among_5: 0, log_loss: 0.0, brier_score: 0.0 }
    }

    /// Forgets all samples.
    pub fn clear(&mut self) {
        self.tally.clear();
        self.bins.fill(Bin::default());
        (self.samples, self.among_5, self.log_loss, self.brier_score) = (0, 0, 0.0, 0.0);
    }

    /// Counts a sample.
    pub fn add(&mut self, outcome: &Outcome) {
        self.tally.add(outcome.truth, outcome.predicted, 1);
        self.samples += 1;
        self.among_5 += u64::from(outcome.rank < 5);
        self.log_loss += outcome.log_loss;
        self.brier_score += outcome.brier_score;
        let confidence = f64::from(outcome.confidence);
        let bin = &mut self.bins[bin(confidence)];
        bin.count += 1;
        bin.correct += u64::from(outcome.is_right());
        bin.confidence_sum += confidence;
    }

    /// What the samples come to; by [`Figures::NAMES`].
    pub fn values(&self) -> [Option<f64>; NAMES.len()] {
        let mean = |sum: f64| (self.samples > 0).then(|| sum / self.samples as f64);
        let tally = &self.tally;
        let [of_macro, of_micro, of_weighted] =
            [Average::Macro, Average::Micro, Average::Weighted].map(|average| tally.average(average));
        let rates = |Rates { precision, recall, f1 }: Rates| [precision, recall, f1];
        let [a, b, c] = rates(of_macro);
        let [d, e, f] = rates(of_micro);
        let [g, h, i] = rates(of_weighted);
        [
            tally.accuracy(),
            mean(self.among_5 as f64),
            tally.balanced_accuracy(),
            tally.cohen_kappa(),
            tally.matthews_corrcoef(),
            a,
            b,
            c,
            d,
            e,
            f,
            g,
            h,
            i,
            mean(self.log_loss),
            mean(self.brier_score),
            expected_calibration_error(&self.bins),
        ]
    }
}
