//! How good probabilities are, not only the answer that they lead to.

use crate::Bin;

/// A sample's log loss (`log_loss`): −ln of the true class's probability, which is kept away from 0 and 1 by the
/// smallest difference that an f64 near 1 can show, as scikit-learn does. The mean over samples is the figure.
pub fn log_loss(true_probability: f64) -> f64 {
    -true_probability.clamp(f64::EPSILON, 1.0 - f64::EPSILON).ln()
}

/// A sample's Brier score (Brier 1950): Σ (probability − truth)² over the classes, 0 to 2; `brier_score_loss` with
/// `scale_by_half=False`. The mean over samples is the figure.
pub fn brier_score(probabilities: &[f32], truth: usize) -> f64 {
    let term = |(index, &p): (usize, &f32)| (f64::from(p) - f64::from(u8::from(index == truth))).powi(2);
    probabilities.iter().enumerate().map(term).sum()
}

/// The expected calibration error (Naeini, Cooper and Hauskrecht 2015): how far confidence and accuracy lie apart in
/// each bin of the reliability curve, weighted by the bin's share of the samples. None without samples.
pub fn expected_calibration_error(bins: &[Bin]) -> Option<f64> {
    let samples: u64 = bins.iter().map(|bin| bin.count).sum();
    let gaps: f64 = bins.iter().map(|bin| (bin.correct as f64 - bin.confidence_sum).abs()).sum();
    (samples > 0).then(|| gaps / samples as f64)
}

/// The share of samples whose true class is among the `k` likeliest (`top_k_accuracy_score`), where element `r` of
/// `ranks` counts the samples whose true class came (r+1)-th. None without samples.
pub fn top_k_accuracy(ranks: &[u64], k: usize) -> Option<f64> {
    let samples: u64 = ranks.iter().sum();
    let hits: u64 = ranks.iter().take(k).sum();
    (samples > 0).then(|| hits as f64 / samples as f64)
}
