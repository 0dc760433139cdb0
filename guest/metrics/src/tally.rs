//! What a confusion matrix comes to. Names and definitions are scikit-learn's; figures that it calls ill-defined are none
//! here, and count as 0 in averages, as they do there.

/// How often each class was right, was the truth and was the answer: all that these figures need of a confusion matrix.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    samples: u64,
    correct: Vec<u64>,
    support: Vec<u64>,
    predicted: Vec<u64>,
}

/// How the figures of classes become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Average {
    /// Every class counts the same.
    Macro,
    /// Every sample counts the same.
    Micro,
    /// Every class counts as often as it is the truth.
    Weighted,
}

/// Precision, recall and F1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rates {
    /// The share of what was taken for a class that belongs to it; none if nothing was.
    pub precision: Option<f64>,
    /// The share of what belongs to a class that was taken for it; none if nothing does.
    pub recall: Option<f64>,
    /// The harmonic mean of both; none if neither is there.
    pub f1: Option<f64>,
}

impl Tally {
    /// Nothing yet, of so many classes.
    pub fn new(classes: usize) -> Self {
        let none = vec![0; classes];
        Self { samples: 0, correct: none.clone(), support: none.clone(), predicted: none }
    }

    /// Forgets everything but the number of classes.
    pub fn clear(&mut self) {
        self.samples = 0;
        for counts in [&mut self.correct, &mut self.support, &mut self.predicted] {
            counts.fill(0);
        }
    }

    /// Counts samples of one class that were taken for another, or rightly for their own. Both must be classes.
    pub fn add(&mut self, expected: u32, predicted: u32, samples: u64) {
        self.samples += samples;
        self.support[expected as usize] += samples;
        self.predicted[predicted as usize] += samples;
        if expected == predicted {
            self.correct[expected as usize] += samples;
        }
    }

    /// How many samples there are.
    pub fn samples(&self) -> u64 {
        self.samples
    }

    /// How many samples belong to a class.
    pub fn support(&self, class: u32) -> u64 {
        self.support[class as usize]
    }

    /// How many samples were taken for a class.
    pub fn predicted(&self, class: u32) -> u64 {
        self.predicted[class as usize]
    }

    /// The classes that are the truth or the answer of some sample.
    pub fn classes(&self) -> impl Iterator<Item = u32> {
        let counts = self.support.iter().zip(&self.predicted).enumerate();
        counts.filter(|(_, (support, predicted))| **support + **predicted > 0).map(|(class, _)| class as u32)
    }

    /// The share of samples that were answered right (`accuracy_score`).
    pub fn accuracy(&self) -> Option<f64> {
        ratio(self.correct.iter().sum(), self.samples)
    }

    /// The mean recall of the classes that are the truth of some sample (`balanced_accuracy_score`).
    pub fn balanced_accuracy(&self) -> Option<f64> {
        let recalls = self.correct.iter().zip(&self.support).filter_map(|(&correct, &support)| ratio(correct, support));
        let (sum, count) = recalls.fold((0.0, 0u64), |(sum, count), recall| (sum + recall, count + 1));
        (count > 0).then(|| sum / count as f64)
    }

    /// Cohen's kappa (Cohen 1960; `cohen_kappa_score`): agreement beyond what chance would give. None where chance alone
    /// agrees entirely.
    pub fn cohen_kappa(&self) -> Option<f64> {
        let (samples, correct) = (self.samples as f64, self.correct.iter().sum::<u64>());
        let by_chance = self.products(&self.support, &self.predicted) / samples;
        let expected = samples - by_chance;
        (expected > 0.0).then(|| 1.0 - (self.samples - correct) as f64 / expected)
    }

    /// Matthews' correlation coefficient for several classes (Gorodkin 2004; `matthews_corrcoef`): 0 where one side names
    /// a single class.
    pub fn matthews_corrcoef(&self) -> Option<f64> {
        if self.samples == 0 {
            return None;
        }
        let (samples, correct) = (self.samples as f64, self.correct.iter().sum::<u64>() as f64);
        let covariance = correct * samples - self.products(&self.support, &self.predicted);
        let of_truth = samples * samples - self.products(&self.support, &self.support);
        let of_answers = samples * samples - self.products(&self.predicted, &self.predicted);
        let variance = of_truth * of_answers;
        Some(if variance > 0.0 { covariance / variance.sqrt() } else { 0.0 })
    }

    /// One class against all others.
    pub fn rates(&self, class: u32) -> Rates {
        let class = class as usize;
        let (correct, support, predicted) = (self.correct[class], self.support[class], self.predicted[class]);
        Rates {
            precision: ratio(correct, predicted),
            recall: ratio(correct, support),
            f1: ratio(2 * correct, support + predicted),
        }
    }

    /// The figures of all classes as one (`precision_recall_fscore_support`).
    pub fn average(&self, average: Average) -> Rates {
        if average == Average::Micro {
            let accuracy = self.accuracy();
            return Rates { precision: accuracy, recall: accuracy, f1: accuracy };
        }
        let (mut sums, mut weights) = ([0.0; 3], 0.0);
        for class in self.classes() {
            let weight = if average == Average::Macro { 1.0 } else { self.support(class) as f64 };
            let Rates { precision, recall, f1 } = self.rates(class);
            for (sum, rate) in sums.iter_mut().zip([precision, recall, f1]) {
                *sum += weight * rate.unwrap_or(0.0);
            }
            weights += weight;
        }
        let [precision, recall, f1] = sums.map(|sum| (weights > 0.0).then(|| sum / weights));
        Rates { precision, recall, f1 }
    }

    fn products(&self, a: &[u64], b: &[u64]) -> f64 {
        a.iter().zip(b).map(|(&a, &b)| a as f64 * b as f64).sum()
    }
}

fn ratio(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}
