//! Areas under the curves that a threshold on one class's score draws.

use std::cmp::Ordering;

/// The area under the receiver operating characteristic (`roc_auc_score`), by trapezoids, so that equal scores count
/// half. Takes the score of each sample and whether it belongs to the class, and sorts them. None unless some do and some
/// do not.
pub fn roc_auc(samples: &mut [(f32, bool)]) -> Option<f64> {
    let (mut positives, mut negatives, mut area) = (0u64, 0u64, 0.0);
    for (more_positives, more_negatives) in steps(samples) {
        // Twice the trapezoid, which is an integer.
        area += (more_negatives * (2 * positives + more_positives)) as f64;
        positives += more_positives;
        negatives += more_negatives;
    }
    (positives > 0 && negatives > 0).then(|| area / 2.0 / positives as f64 / negatives as f64)
}

/// The average precision (`average_precision_score`): the mean of the precisions at each threshold, weighted by how much
/// recall it adds, without interpolation. Takes and sorts what [`roc_auc`] does. None if no sample belongs to the class.
pub fn average_precision(samples: &mut [(f32, bool)]) -> Option<f64> {
    let (mut positives, mut taken, mut sum) = (0u64, 0u64, 0.0);
    for (more_positives, more_negatives) in steps(samples) {
        positives += more_positives;
        taken += more_positives + more_negatives;
        sum += more_positives as f64 * positives as f64 / taken as f64;
    }
    (positives > 0).then(|| sum / positives as f64)
}

/// How many that belong to the class and how many that do not have each score, the highest score first.
fn steps(samples: &mut [(f32, bool)]) -> impl Iterator<Item = (u64, u64)> {
    // -0 is 0, as everywhere else.
    let order = |a: &(f32, bool), b: &(f32, bool)| (b.0 + 0.0).total_cmp(&(a.0 + 0.0));
    samples.sort_unstable_by(order);
    samples.chunk_by(move |a, b| order(a, b) == Ordering::Equal).map(|equal| {
        let positives = equal.iter().filter(|(_, belongs)| *belongs).count();
        (positives as u64, (equal.len() - positives) as u64)
    })
}
