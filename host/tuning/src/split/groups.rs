//! Samples that must stay together, such as parts of one photograph.

use super::{Split, check_fraction, complete};
use crate::Error;
use fastrand::Rng;
use std::collections::BTreeMap;

/// Samples that stay together.
pub struct Group {
    pub members: Vec<usize>,
    /// For each class in it (as a place in [`Groups::classes`]) the share of the class's samples.
    pub shares: Vec<(usize, f64)>,
}

/// All samples as groups.
pub struct Groups {
    pub groups: Vec<Group>,
    /// Each class that occurs, and in how many groups.
    pub classes: Vec<(u32, usize)>,
}

impl Groups {
    /// Gathers samples of one group.
    ///
    /// # Errors
    /// If there are no samples, or not one group for each.
    pub fn new(labels: &[u32], groups: &[u32]) -> Result<Self, Error> {
        if labels.is_empty() {
            return Err(Error::NoSamples);
        }
        if groups.len() != labels.len() {
            return Err(Error::Length { what: "groups", found: groups.len(), samples: labels.len() });
        }
        let samples = super::by_class(labels);
        let place: BTreeMap<u32, usize> = samples.keys().enumerate().map(|(place, &class)| (class, place)).collect();
        let mut classes: Vec<(u32, usize)> = samples.keys().map(|&class| (class, 0)).collect();
        let gather = |members: Vec<usize>| {
            let mut shares = BTreeMap::<usize, f64>::new();
            for &member in &members {
                let class = labels[member];
                *shares.entry(place[&class]).or_default() += 1.0 / samples[&class].len() as f64;
            }
            shares.keys().for_each(|&class| classes[class].1 += 1);
            Group { members, shares: shares.into_iter().collect() }
        };
        let groups = super::by_class(groups).into_values().map(gather).collect();
        Ok(Self { groups, classes })
    }

    /// Brings the groups into the order in which they are dealt: large ones first, equal ones by lot.
    pub fn shuffle(&mut self, random: &mut Rng) {
        random.shuffle(&mut self.groups);
        self.groups.sort_by_key(|group| std::cmp::Reverse(group.members.len()));
    }
}

/// Puts a fraction of the samples aside, of each class about its share, and never a part of a group. Groups are looked at
/// one after the other, large ones first and equal ones by lot; one goes to the test if that brings the classes' shares
/// of the test nearer to the fraction (least squares). Then every class that is missing on a side gets its smallest
/// group there that no other class needs where it is.
///
/// # Errors
/// If there are no samples or not one group for each, a class lies in one group only, the groups are so tangled that a
/// class would be missing on one side, or the fraction is not between 0 and 1.
pub fn stratified_groups(labels: &[u32], groups: &[u32], fraction: f64, seed: u64) -> Result<Split, Error> {
    check_fraction(fraction)?;
    let mut all = Groups::new(labels, groups)?;
    if let Some(&(class, found)) = all.classes.iter().find(|(_, groups)| *groups < 2) {
        return Err(Error::TooFew { class, found, what: "group" });
    }
    all.shuffle(&mut Rng::with_seed(seed));

    let mut tested = vec![0.0; all.classes.len()];
    let mut in_test = vec![false; all.groups.len()];
    // How many groups of each class are on a side: to learn from, to test on.
    let mut sides = vec![[0usize; 2]; all.classes.len()];
    for (group, in_test) in all.groups.iter().zip(&mut in_test) {
        let gain = |&(class, share): &(usize, f64)| share * (2.0 * (fraction - tested[class]) - share);
        *in_test = group.shares.iter().map(gain).sum::<f64>() > 0.0;
        for &(class, share) in &group.shares {
            sides[class][usize::from(*in_test)] += 1;
            tested[class] += if *in_test { share } else { 0.0 };
        }
    }

    for class in 0..sides.len() {
        for side in [0, 1] {
            if sides[class][side] > 0 {
                continue;
            }
            let free = |group: &Group| {
                let holds = group.shares.iter().any(|&(of, _)| of == class);
                holds && group.shares.iter().all(|&(of, _)| sides[of][1 - side] > 1)
            };
            let moved = all.groups.iter().rposition(free).ok_or(Error::Tangled { class: all.classes[class].0 })?;
            in_test[moved] = side == 1;
            for &(of, _) in &all.groups[moved].shares {
                sides[of][side] += 1;
                sides[of][1 - side] -= 1;
            }
        }
    }
    let tested = all.groups.iter().zip(in_test).filter(|(_, in_test)| *in_test);
    Ok(complete(tested.flat_map(|(group, _)| group.members.iter().copied()).collect(), labels.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Photographs of two classes, each cut into four samples.
    fn photographs() -> (Vec<u32>, Vec<u32>) {
        (0..80).map(|sample| (sample / 4 % 2, sample / 4)).unzip()
    }

    #[test]
    fn no_group_is_torn_apart_and_classes_keep_their_shares() {
        let (labels, groups) = photographs();
        let split = stratified_groups(&labels, &groups, 0.3, 5).unwrap();
        let in_test = |sample: &usize| split.test.contains(sample);
        assert!((0..80).all(|sample| in_test(&sample) == in_test(&(sample / 4 * 4))));
        // Of the ten photographs of each class, three.
        assert_eq!([0, 1].map(|class| split.test.iter().filter(|&&sample| labels[sample] == class).count()), [12, 12]);
        assert_eq!(split.train.len(), 56);
        assert_ne!(split, stratified_groups(&labels, &groups, 0.3, 6).unwrap());
    }

    #[test]
    fn a_class_of_two_groups_is_on_both_sides_whatever_the_fraction() {
        let labels = [0, 0, 0, 1, 1, 1];
        let groups = [7, 7, 8, 5, 6, 6];
        for fraction in [0.01, 0.99] {
            let split = stratified_groups(&labels, &groups, fraction, 0).unwrap();
            let tested = |class| split.test.iter().any(|&sample| labels[sample] == class);
            let learnt = |class| split.train.iter().any(|&sample| labels[sample] == class);
            assert!(tested(0) && tested(1) && learnt(0) && learnt(1), "{split:?}");
        }
    }

    #[test]
    fn groups_that_cannot_be_split_are_refused() {
        let said = |labels: &[u32], groups: &[u32]| stratified_groups(labels, groups, 0.5, 0).unwrap_err();
        assert_eq!(said(&[0, 0], &[1]), Error::Length { what: "groups", found: 1, samples: 2 });
        assert_eq!(said(&[0, 0], &[1, 1]), Error::TooFew { class: 0, found: 1, what: "group" });
        // Each two of three groups share a class, so one side always lacks what both of the other side have.
        assert!(matches!(said(&[0, 1, 1, 2, 2, 0], &[0, 0, 1, 1, 2, 2]), Error::Tangled { .. }));
    }
}
