//! Softmax and the likeliest classes of one answer.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// Turns logits into probabilities that add up to 1. The largest is subtracted first, so that nothing overflows, and
/// the sum is taken in f64.
pub fn softmax(logits: &[f32]) -> Vec<f32> {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers: Vec<f64> = logits.iter().map(|&x| (f64::from(x) - f64::from(largest)).exp()).collect();
    let sum: f64 = powers.iter().sum();
    powers.iter().map(|p| (p / sum) as f32).collect()
}

/// The indices of the `k` highest scores, highest first, equal ones ordered by index; all of them if there are fewer.
pub fn top(scores: &[f32], k: usize) -> Vec<usize> {
    // A heap takes a tenth of the code that sorting does.
    let mut best: BinaryHeap<Ranked> = BinaryHeap::new();
    for (index, &score) in scores.iter().enumerate() {
        let ranked = Ranked(score, index);
        if best.len() < k {
            best.push(ranked);
        } else if let Some(mut last) = best.peek_mut()
            && ranked < *last
        {
            *last = ranked;
        }
    }
    best.into_sorted_vec().into_iter().map(|Ranked(_, index)| index).collect()
}

/// A score and its index, ordered by [`by_score`].
struct Ranked(f32, usize);

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> Ordering {
        by_score((self.0, self.1), (other.0, other.1))
    }
}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ranked {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Ranked {}

/// Counts the classes that come before `class` when the true class is looked for among the top k (`top_k_accuracy_score`):
/// those with a higher score, and of those with an equal one the ones with a higher index. That is scikit-learn's order;
/// in [`top`] the lower index comes first, as in NumPy's `argmax`.
pub fn rank(scores: &[f32], class: usize) -> usize {
    let own = key(scores[class]);
    let before = |(index, &score): (usize, &f32)| key(score).total_cmp(&own).then(index.cmp(&class)).is_gt();
    scores.iter().enumerate().filter(|&one| before(one)).count()
}

/// The place of the first score that is not a number or infinite: with one, there is no telling which class is the
/// likeliest.
pub fn not_finite(scores: &[f32]) -> Option<usize> {
    scores.iter().position(|score| !score.is_finite())
}

/// Explains why a sample with such a number in its answer cannot be counted.
pub fn no_number(place: usize, value: f32) -> String {
    format!("element {place} of the output is {value}, which is not a finite number")
}

/// The higher score first, then the lower index; a score that is not a number comes last.
fn by_score(a: (f32, usize), b: (f32, usize)) -> Ordering {
    key(b.0).total_cmp(&key(a.0)).then(a.1.cmp(&b.1))
}

/// The key that scores are compared by: 0 and -0 are equal, and NaN is the lowest.
fn key(score: f32) -> f32 {
    if score.is_nan() { f32::NEG_INFINITY } else { score + 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn softmax_agrees_with_scipy() {
        // scipy.special.softmax([1, 2, 3])
        let expected = [0.090_030_57, 0.244_728_48, 0.665_240_94];
        for (found, expected) in softmax(&[1.0, 2.0, 3.0]).iter().zip(expected) {
            assert!((found - expected).abs() < 1e-7, "{found} is not {expected}");
        }
    }

    #[test]
    fn softmax_of_huge_logits_does_not_overflow() {
        assert_eq!(softmax(&[3e38, 3e38]), [0.5, 0.5]);
    }

    #[test]
    fn the_highest_score_comes_first_and_equal_scores_by_index() {
        assert_eq!(top(&[0.1, 0.4, 0.1, 0.4], 3), [1, 3, 0]);
    }

    #[test]
    fn minus_zero_and_zero_are_equal_scores() {
        assert_eq!(top(&[-0.0, 0.0], 2), [0, 1]);
    }

    #[test]
    fn a_score_that_is_no_number_comes_last() {
        assert_eq!(top(&[f32::NAN, 0.2, 0.3], 3), [2, 1, 0]);
    }

    #[test]
    fn more_than_there_are_classes_gives_all_and_none_gives_none() {
        assert_eq!(top(&[0.1, 0.9], 10), [1, 0]);
        assert!(top(&[0.1, 0.9], 0).is_empty());
        assert!(top(&[], 3).is_empty());
    }

    #[test]
    fn the_rank_of_a_class_counts_higher_scores_and_equal_ones_of_a_higher_index() {
        // numpy.argsort(scores, kind="mergesort")[::-1], which scikit-learn's top_k_accuracy_score looks through:
        // [3, 1, 2, 0]
        let scores = [0.2, 0.3, 0.2, 0.3];
        assert_eq!([3, 1, 2, 0].map(|class| rank(&scores, class)), [0, 1, 2, 3]);
        assert_eq!(rank(&[-0.0, 0.0], 0), 1);
    }

    #[test]
    fn a_score_that_is_no_number_or_infinite_is_found() {
        assert_eq!(not_finite(&[0.5, f32::NAN, f32::INFINITY]), Some(1));
        assert_eq!(not_finite(&[0.5, 0.5, f32::NEG_INFINITY]), Some(2));
        assert_eq!(not_finite(&[0.5, 0.5]), None);
    }
}
