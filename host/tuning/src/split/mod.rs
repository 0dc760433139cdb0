//! Samples apart: some to learn from, some to test on.

mod folds;
mod groups;

pub use folds::{Folds, Remark, stratified_folds};
pub use groups::stratified_groups;

use crate::Error;
use fastrand::Rng;
use std::collections::BTreeMap;

/// Indices of samples, each sample in one of the two, in ascending order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// To learn from.
    pub train: Vec<usize>,
    /// To test on.
    pub test: Vec<usize>,
}

/// Puts a fraction of the samples aside, of each class its share, as `train_test_split(stratify=labels)`. Samples of a
/// class are shuffled, and the first of them go to the test. Shares that are no whole numbers are rounded so that the
/// total is right: up for the largest remainders, of equal ones by lot. Each class then has at least one sample on
/// either side, even if the total suffers.
///
/// # Errors
/// If there are no samples, a class has fewer than two, or the fraction is not between 0 and 1.
pub fn stratified(labels: &[u32], fraction: f64, seed: u64) -> Result<Split, Error> {
    check_fraction(fraction)?;
    let mut random = Rng::with_seed(seed);
    let mut classes: Vec<_> = by_class(labels).into_iter().collect();
    if classes.is_empty() {
        return Err(Error::NoSamples);
    }
    for (class, members) in &mut classes {
        if members.len() < 2 {
            return Err(Error::TooFew { class: *class, found: members.len(), what: "sample" });
        }
        random.shuffle(members);
    }
    let share = |members: &Vec<usize>| members.len() as f64 * fraction;
    random.shuffle(&mut classes);
    classes.sort_by(|(_, a), (_, b)| share(b).fract().total_cmp(&share(a).fract()));
    let whole: usize = classes.iter().map(|(_, members)| share(members) as usize).sum();
    let more = ((labels.len() as f64 * fraction).round() as usize).saturating_sub(whole);

    let mut test = vec![];
    for (place, (_, members)) in classes.iter().enumerate() {
        let count = share(members) as usize + usize::from(place < more);
        test.extend(&members[..count.clamp(1, members.len() - 1)]);
    }
    Ok(complete(test, labels.len()))
}

fn check_fraction(fraction: f64) -> Result<(), Error> {
    let fine = fraction > 0.0 && fraction < 1.0;
    let wrong = Error::Option { name: "the fraction to test on", value: fraction, allowed: "between 0 and 1" };
    if fine { Ok(()) } else { Err(wrong) }
}

/// What is not for the test is to learn from.
fn complete(mut test: Vec<usize>, samples: usize) -> Split {
    test.sort_unstable();
    let train = (0..samples).filter(|sample| test.binary_search(sample).is_err()).collect();
    Split { train, test }
}

/// The samples of each class that occurs.
fn by_class(labels: &[u32]) -> BTreeMap<u32, Vec<usize>> {
    let mut classes = BTreeMap::<u32, Vec<usize>>::new();
    for (sample, &label) in labels.iter().enumerate() {
        classes.entry(label).or_default().push(sample);
    }
    classes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(counts: &[usize]) -> Vec<u32> {
        counts.iter().enumerate().flat_map(|(class, &count)| vec![class as u32; count]).collect()
    }

    fn count(split: &Split, labels: &[u32], class: u32) -> usize {
        split.test.iter().filter(|&&sample| labels[sample] == class).count()
    }

    #[test]
    fn each_class_gives_its_share_to_the_test_and_the_total_is_right() {
        let labels = labels(&[40, 23, 23, 14]);
        let split = stratified(&labels, 0.25, 1).unwrap();
        // 10, 5.75, 5.75 and 3.5 of 25 in all: both 5.75 become 6, 3.5 becomes 3.
        assert_eq!([0, 1, 2, 3].map(|class| count(&split, &labels, class)), [10, 6, 6, 3]);
        let mut all = [split.train, split.test].concat();
        all.sort_unstable();
        assert_eq!(all, (0..100).collect::<Vec<_>>());
    }

    #[test]
    fn even_a_class_of_two_is_on_both_sides() {
        let labels = labels(&[98, 2]);
        for fraction in [0.01, 0.99] {
            let split = stratified(&labels, fraction, 1).unwrap();
            assert_eq!(count(&split, &labels, 1), 1);
        }
    }

    #[test]
    fn the_seed_decides() {
        let labels = labels(&[50, 50]);
        assert_eq!(stratified(&labels, 0.5, 3), stratified(&labels, 0.5, 3));
        assert_ne!(stratified(&labels, 0.5, 3), stratified(&labels, 0.5, 4));
    }

    #[test]
    fn what_cannot_be_split_is_named() {
        let said = |labels: &[u32], fraction| stratified(labels, fraction, 0).unwrap_err().to_string();
        assert_eq!(said(&[], 0.5), "there are no samples");
        let few = "class 9 has too few samples, 1, for one to learn from and one to test on; \
                   add some or leave the class out";
        assert_eq!(said(&[1, 1, 9], 0.5), few);
        assert_eq!(said(&[1, 1], 1.0), "the fraction to test on is 1; it has to be between 0 and 1");
        assert_eq!(said(&[1, 1], f64::NAN), "the fraction to test on is NaN; it has to be between 0 and 1");
    }
}
