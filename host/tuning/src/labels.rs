//! The classes of samples, checked and counted.

use crate::Error;

/// How many samples each class has.
///
/// # Errors
/// If there are no samples, not one label for each, or a label is no class.
pub fn count(labels: &[u32], samples: usize, classes: usize) -> Result<Vec<usize>, Error> {
    if samples == 0 {
        return Err(Error::NoSamples);
    }
    if labels.len() != samples {
        return Err(Error::Length { what: "labels", found: labels.len(), samples });
    }
    let mut counts = vec![0; classes];
    for (row, &label) in labels.iter().enumerate() {
        *counts.get_mut(label as usize).ok_or(Error::Label { row, label, classes })? += 1;
    }
    Ok(counts)
}

/// What [`count`] tells, where every class has to be learnt.
///
/// # Errors
/// Also if a class has no samples, or all samples are of one class.
pub fn count_all(labels: &[u32], samples: usize, classes: usize) -> Result<Vec<usize>, Error> {
    let counts = count(labels, samples, classes)?;
    if counts.iter().filter(|&&count| count > 0).count() == 1 {
        return Err(Error::OneClass { class: labels[0] });
    }
    match counts.iter().position(|&count| count == 0) {
        Some(class) => Err(Error::EmptyClass { class: class as u32 }),
        None => Ok(counts),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_counted_by_class() {
        assert_eq!(count(&[2, 0, 2], 3, 4), Ok(vec![1, 0, 2, 0]));
        assert_eq!(count_all(&[1, 0, 1], 3, 2), Ok(vec![1, 2]));
    }

    #[test]
    fn what_is_wrong_with_labels_is_named() {
        let said = |labels: &[u32], samples, classes| count_all(labels, samples, classes).unwrap_err().to_string();
        assert_eq!(said(&[], 0, 2), "there are no samples");
        assert_eq!(said(&[0, 1], 3, 2), "there are 2 labels for 3 samples; give one for each");
        assert_eq!(said(&[0, 3], 2, 3), "the label of sample 1 is 3, and the classes are 0 to 2");
        assert_eq!(said(&[0, 2], 2, 3), "class 1 has no samples; add some or leave the class out");
        let one = "every sample is of class 1; a classifier needs samples of two classes at least";
        assert_eq!(said(&[1, 1], 2, 3), one);
    }
}
