//! From which score on a sample counts as of a class, so that a wanted recall or precision is reached.

use crate::{Error, Matrix, labels};

/// What is wanted of every class; above 0 and at most 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Target {
    /// Of the samples of the class, the share that is found.
    Recall(f64),
    /// Of the samples that are taken for the class, the share that is of it.
    Precision(f64),
}

/// A threshold for one class against all others: a sample counts as of the class if its score is the threshold or more.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClassThreshold {
    /// The class.
    pub class: u32,
    /// The threshold, which is the score of some sample. None if the class has no samples.
    pub threshold: Option<f32>,
    /// The precision with it; 0 without a threshold.
    pub precision: f64,
    /// The recall with it; 0 without a threshold.
    pub recall: f64,
    /// How many samples the class has.
    pub support: usize,
    /// Whether the target is reached. If not, no threshold comes nearer to it than this one.
    pub reached: bool,
}

/// Finds a threshold for each class on scores (n × classes, such as probabilities) and labels (n): for a recall the
/// highest threshold that reaches it, for a precision the lowest, which has the most recall. Where no threshold has the
/// precision, the one with the highest is told, of equal ones the lowest. Points are those of `precision_recall_curve`.
///
/// # Errors
/// If there are no samples, labels do not fit, or the target is not above 0 and at most 1.
pub fn fit(scores: Matrix, labels: &[u32], target: Target) -> Result<Vec<ClassThreshold>, Error> {
    let (Target::Recall(value) | Target::Precision(value)) = target;
    if !(value > 0.0 && value <= 1.0) {
        return Err(Error::Option { name: "the target", value, allowed: "above 0 and at most 1" });
    }
    let supports = labels::count(labels, scores.rows(), scores.columns())?;
    let one = |(class, support)| of_class(scores, labels, class, support, target);
    Ok(supports.into_iter().enumerate().map(one).collect())
}

fn of_class(scores: Matrix, labels: &[u32], class: usize, support: usize, target: Target) -> ClassThreshold {
    let none =
        ClassThreshold { class: class as u32, threshold: None, precision: 0.0, recall: 0.0, support, reached: false };
    if support == 0 {
        return none;
    }
    let truth = labels.iter().map(|&label| label as usize == class);
    let mut samples: Vec<(f32, bool)> = scores.iter().map(|row| row[class]).zip(truth).collect();
    samples.sort_unstable_by(|(a, _), (b, _)| b.total_cmp(a));

    let (mut taken, mut found) = (0, 0);
    let mut best = none;
    // Thresholds from the highest to the lowest: samples of one score come in together.
    for equal in samples.chunk_by(|(a, _), (b, _)| a == b) {
        taken += equal.len();
        found += equal.iter().filter(|(_, positive)| *positive).count();
        let (precision, recall) = (found as f64 / taken as f64, found as f64 / support as f64);
        let (reached, better) = match target {
            Target::Recall(wanted) => (recall >= wanted, !best.reached),
            Target::Precision(wanted) => {
                let reached = precision >= wanted;
                (reached, reached || (!best.reached && precision >= best.precision))
            }
        };
        if better {
            best = ClassThreshold { threshold: Some(equal[0].0), precision, recall, reached, ..none };
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Class 1's scores, from the highest: right, right, wrong and right at once, wrong, right.
    const SCORES: [f32; 12] = [0.1, 0.9, 0.2, 0.8, 0.5, 0.5, 0.5, 0.5, 0.6, 0.4, 0.7, 0.3];
    const LABELS: [u32; 6] = [1, 1, 0, 1, 0, 1];

    fn second(target: Target) -> (f32, f64, f64, bool) {
        let found = fit(Matrix::new(&SCORES, 2).unwrap(), &LABELS, target).unwrap()[1];
        assert_eq!((found.class, found.support), (1, 4));
        (found.threshold.unwrap(), found.precision, found.recall, found.reached)
    }

    #[test]
    fn for_a_recall_the_highest_threshold_that_reaches_it() {
        assert_eq!(second(Target::Recall(0.5)), (0.8, 1.0, 0.5, true));
        assert_eq!(second(Target::Recall(0.51)), (0.5, 0.75, 0.75, true));
        assert_eq!(second(Target::Recall(1.0)), (0.3, 4.0 / 6.0, 1.0, true));
    }

    #[test]
    fn for_a_precision_the_lowest_threshold_that_reaches_it() {
        assert_eq!(second(Target::Precision(0.8)), (0.8, 1.0, 0.5, true));
        assert_eq!(second(Target::Precision(0.75)), (0.5, 0.75, 0.75, true));
        // 0.6 at 0.4 is too little, and is made up for at 0.3.
        assert_eq!(second(Target::Precision(0.65)), (0.3, 4.0 / 6.0, 1.0, true));
    }

    #[test]
    fn a_precision_that_no_threshold_has_is_told_with_the_nearest() {
        let scores = Matrix::new(&[0.9, 0.8, 0.7, 0.6, 0.5], 1).unwrap();
        let found = fit(scores, &[0; 5], Target::Precision(1.0)).unwrap()[0];
        assert_eq!((found.threshold, found.reached), (Some(0.5), true));
        // Of class 1 there is wrong, right, wrong, right: a half at the second and again at the fourth.
        let scores = [0.1, 0.9, 0.2, 0.8, 0.3, 0.7, 0.4, 0.6];
        let found = fit(Matrix::new(&scores, 2).unwrap(), &[0, 1, 0, 1], Target::Precision(0.9)).unwrap()[1];
        assert_eq!((found.threshold, found.precision, found.recall, found.reached), (Some(0.6), 0.5, 1.0, false));
    }

    #[test]
    fn a_class_without_samples_has_no_threshold() {
        let found = fit(Matrix::new(&[0.1, 0.9], 2).unwrap(), &[1], Target::Recall(0.9)).unwrap()[0];
        assert_eq!((found.threshold, found.support, found.reached), (None, 0, false));
    }

    #[test]
    fn bad_input_is_refused() {
        let scores = Matrix::new(&[0.1, 0.9], 2).unwrap();
        for value in [0.0, 1.1, f64::NAN] {
            assert!(matches!(fit(scores, &[1], Target::Recall(value)), Err(Error::Option { .. })));
        }
        assert_eq!(fit(scores, &[2], Target::Recall(0.5)), Err(Error::Label { row: 0, label: 2, classes: 2 }));
        assert_eq!(
            fit(scores, &[], Target::Recall(0.5)).unwrap_err().to_string(),
            "there are 0 labels for 1 samples; give one for each"
        );
    }
}
