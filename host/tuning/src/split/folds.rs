//! Parts that take turns to be the one that is tested on.

use super::by_class;
use super::groups::Groups;
use crate::Error;
use fastrand::Rng;
use std::fmt;

/// In which fold each sample is tested.
#[derive(Clone, Debug, PartialEq)]
pub struct Folds {
    /// A fold for each sample, from 0.
    pub assignment: Vec<u32>,
    /// How many folds there are.
    pub count: u32,
    /// What is not as asked for.
    pub remarks: Vec<Remark>,
}

/// Something that one should know about folds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remark {
    /// There are fewer folds than asked for, so that each has something of every class.
    FewerFolds {
        /// How many were asked for.
        asked: u32,
        /// How many there are.
        folds: u32,
        /// The class that has no more.
        class: u32,
        /// `sample`, or `group` of samples.
        what: &'static str,
    },
    /// A class has only one sample or group: where it is tested it was not learnt.
    Alone {
        /// The class.
        class: u32,
        /// What it has one of: `sample`, or `group` of samples.
        what: &'static str,
    },
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::FewerFolds { asked, folds, class, what } => {
                write!(f, "{folds} folds instead of {asked}: class {class} has only {folds} {what}s")
            }
            Self::Alone { class, what } => {
                write!(f, "class {class} has only one {what}, which cannot be learnt from and tested on at once")
            }
        }
    }
}

/// Deals samples into folds so that each has its share of every class, as `StratifiedKFold(shuffle=True)`: samples of
/// each class are shuffled, and dealt one by one, each class going on where the one before ended.
///
/// With `groups`, those are kept whole, as by `StratifiedGroupKFold(shuffle=True)`: large groups first, equal ones by
/// lot, each to the fold that has least of its classes, and of those to the smallest.
///
/// Where a class has fewer samples (groups) than folds there are fewer folds, but no fewer than two; scikit-learn would
/// only warn. A class with a single one does not count for this: no number of folds would help it.
///
/// # Errors
/// If there are no samples, not one group for each, fewer than two folds, or fewer than two classes that have two
/// samples (groups).
pub fn stratified_folds(labels: &[u32], groups: Option<&[u32]>, folds: u32, seed: u64) -> Result<Folds, Error> {
    if folds < 2 {
        return Err(Error::Option { name: "the number of folds", value: f64::from(folds), allowed: "2 at least" });
    }
    if labels.is_empty() {
        return Err(Error::NoSamples);
    }
    let mut random = Rng::with_seed(seed);
    let Some(groups) = groups else {
        let mut classes = by_class(labels);
        let counts: Vec<_> = classes.iter().map(|(&class, members)| (class, members.len())).collect();
        let (count, remarks) = number(&counts, folds, "sample")?;
        classes.values_mut().for_each(|members| random.shuffle(members));
        let mut assignment = vec![0; labels.len()];
        let turns = (0..count).cycle();
        classes.into_values().flatten().zip(turns).for_each(|(sample, fold)| assignment[sample] = fold);
        return Ok(Folds { assignment, count, remarks });
    };

    let mut groups = Groups::new(labels, groups)?;
    let (count, remarks) = number(&groups.classes, folds, "group")?;
    groups.shuffle(&mut random);
    let mut dealt = vec![vec![0.0; groups.classes.len()]; count as usize];
    let mut sizes = vec![0; count as usize];
    let mut assignment = vec![0; labels.len()];
    for group in &groups.groups {
        // What the sum of squared shares, which is least when all folds have the same, grows by.
        let cost = |fold: usize| group.shares.iter().map(|&(class, share)| dealt[fold][class] * share).sum::<f64>();
        let better = |&a: &usize, &b: &usize| cost(a).total_cmp(&cost(b)).then(sizes[a].cmp(&sizes[b]));
        let fold = (0..count as usize).min_by(better).expect("there are two folds at least");
        sizes[fold] += group.members.len();
        group.shares.iter().for_each(|&(class, share)| dealt[fold][class] += share);
        group.members.iter().for_each(|&sample| assignment[sample] = fold as u32);
    }
    Ok(Folds { assignment, count, remarks })
}

/// How many folds classes with so many samples (groups) can have, and what to say about it.
fn number(counts: &[(u32, usize)], asked: u32, what: &'static str) -> Result<(u32, Vec<Remark>), Error> {
    if let [(class, _)] = counts {
        return Err(Error::OneClass { class: *class });
    }
    let (alone, several): (Vec<_>, Vec<_>) = counts.iter().copied().partition(|(_, count)| *count < 2);
    if let (0..2, Some(&(class, found))) = (several.len(), alone.first()) {
        return Err(Error::TooFew { class, found, what });
    }
    let mut remarks: Vec<_> = alone.iter().map(|&(class, _)| Remark::Alone { class, what }).collect();
    let rarest = several.iter().min_by_key(|(_, count)| *count).filter(|(_, count)| *count < asked as usize);
    let Some(&(class, count)) = rarest else { return Ok((asked, remarks)) };
    remarks.push(Remark::FewerFolds { asked, folds: count as u32, class, what });
    Ok((count as u32, remarks))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fold_has_its_share_of_every_class() {
        let labels: Vec<u32> = (0..103).map(|sample| u32::from(sample % 10 < 3)).collect();
        let folds = stratified_folds(&labels, None, 5, 1).unwrap();
        for fold in 0..5 {
            let tested: Vec<_> = (0..103).filter(|&sample| folds.assignment[sample] == fold).collect();
            let rare = tested.iter().filter(|&&sample| labels[sample] == 1).count();
            // 103 samples, 33 of them of class 1.
            assert!((20..=21).contains(&tested.len()) && (6..=7).contains(&rare), "{} {rare}", tested.len());
        }
        assert_eq!(folds, stratified_folds(&labels, None, 5, 1).unwrap());
        assert_ne!(folds, stratified_folds(&labels, None, 5, 2).unwrap());
    }

    #[test]
    fn groups_are_kept_whole_and_classes_even() {
        let groups: Vec<u32> = (0..120).map(|sample| sample / 4).collect();
        let labels: Vec<u32> = groups.iter().map(|group| group % 3).collect();
        let folds = stratified_folds(&labels, Some(&groups), 5, 1).unwrap();
        assert!((0..120).all(|sample| folds.assignment[sample] == folds.assignment[sample / 4 * 4]));
        for (fold, class) in (0..5).flat_map(|fold| (0..3).map(move |class| (fold, class))) {
            let held = |&sample: &usize| folds.assignment[sample] == fold && labels[sample] == class;
            assert_eq!((0..120).filter(held).count(), 8);
        }
    }

    #[test]
    fn a_rare_class_makes_fewer_folds_and_one_says_why() {
        let labels = [0, 0, 0, 0, 0, 0, 1, 1, 1, 7];
        let folds = stratified_folds(&labels, None, 5, 1).unwrap();
        assert_eq!(folds.count, 3);
        let said: Vec<_> = folds.remarks.iter().map(Remark::to_string).collect();
        let alone = "class 7 has only one sample, which cannot be learnt from and tested on at once";
        assert_eq!(said, [alone, "3 folds instead of 5: class 1 has only 3 samples"]);
    }

    #[test]
    fn what_cannot_be_dealt_is_named() {
        let said = |labels: &[u32], groups, folds| stratified_folds(labels, groups, folds, 0).unwrap_err();
        assert_eq!(said(&[], None, 5), Error::NoSamples);
        assert_eq!(said(&[3, 3, 3], None, 5), Error::OneClass { class: 3 });
        assert_eq!(said(&[3, 3, 4], None, 5), Error::TooFew { class: 4, found: 1, what: "sample" });
        assert_eq!(said(&[3, 3, 4, 4], Some(&[0, 0, 1, 2]), 5), Error::TooFew { class: 3, found: 1, what: "group" });
        assert!(matches!(said(&[3, 4], None, 1), Error::Option { .. }));
    }
}
