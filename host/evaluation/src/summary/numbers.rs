//! Where answers are numbers.

use super::resamples::{Interval, intervals};
use super::{Method, add};
use crate::report::Report;
use maasm_metrics::{Regression, Resample};

/// The figures' names, in the order of [`values`].
pub const NAMES: [&str; 4] = ["mean_absolute_error", "root_mean_squared_error", "r2", "cosine_similarity"];

/// Up to how many numbers are kept in memory, which intervals need.
const KEPT: usize = 8 << 20;

/// Up to how many (numbers × resamples) intervals are worth their time.
const STEPS: usize = 2_000_000_000;
const TOO_MANY: &str = "of so many numbers it would take too long; --resamples makes it shorter";

/// What came of samples with numbers.
pub struct Numbers {
    width: usize,
    all: Regression,
    kept: Option<Kept>,
    /// Which samples have an answer.
    answered: Vec<bool>,
}

/// How many samples both versions answer, the figures of each, and the intervals of their differences.
pub type Compared = (usize, [[Option<f64>; 4]; 2], [Option<(f64, f64)>; 4]);

/// Truths and answers, sample by sample.
struct Kept {
    truths: Vec<f64>,
    answers: Vec<f64>,
}

impl Numbers {
    /// Nothing yet, of so many samples with so many numbers each.
    pub fn new(samples: usize, width: usize) -> Self {
        let keep = samples.saturating_mul(width) <= KEPT;
        let kept = keep.then(|| Kept { truths: Vec::new(), answers: Vec::new() });
        Self { width, all: Regression::new(width), kept, answered: Vec::with_capacity(samples) }
    }

    /// The next sample.
    pub fn push(&mut self, truth: &[f64], answer: Option<&[f32]>) {
        self.answered.push(answer.is_some());
        let answer: Option<Vec<f64>> = answer.map(|values| values.iter().map(|&value| f64::from(value)).collect());
        if let Some(answer) = &answer {
            self.all.add(truth, answer);
        }
        if let Some(kept) = &mut self.kept {
            kept.truths.extend(truth);
            kept.answers.extend(answer.unwrap_or_else(|| vec![f64::NAN; truth.len()]));
        }
    }

    /// Fills in what there is to say.
    pub fn fill(&self, report: &mut Report, method: &Method) {
        let indices = self.indices(|_| true);
        let found = values(&self.all);
        let intervals = match self.is_drawn(indices.len(), method) {
            Some(kept) => self.draw(&indices, method, found, |resample| values(&self.regression(kept, resample))),
            None => [(); NAMES.len()].map(|()| Err(TOO_MANY.into())),
        };
        for ((name, value), interval) in NAMES.into_iter().zip(found).zip(intervals) {
            add(report, name, value, interval);
        }
    }

    /// Both versions' figures on the samples that both answer, and the intervals of their differences.
    pub fn compare(&self, other: &Self, method: &Method) -> Compared {
        let indices = self.indices(|index| other.answered[index]);
        let (Some(own), Some(others)) = (&self.kept, &other.kept) else {
            // Too many to keep: each on its own samples.
            return (indices.len(), [values(&self.all), values(&other.all)], [None; 4]);
        };
        let both = [self.regression(own, indices.iter().copied()), other.regression(others, indices.iter().copied())];
        let both = both.map(|both| values(&both));
        let differences = std::array::from_fn(|place| Some(both[0][place]? - both[1][place]?));
        let intervals = match self.is_drawn(indices.len(), method) {
            Some(_) => self.draw(&indices, method, differences, |resample| {
                let drawn: Vec<usize> = resample.collect();
                let own = values(&self.regression(own, drawn.iter().copied()));
                let others = values(&other.regression(others, drawn.iter().copied()));
                std::array::from_fn(|place| Some(own[place]? - others[place]?))
            }),
            None => [(); NAMES.len()].map(|()| Ok(None)),
        };
        (indices.len(), both, intervals.map(|interval| interval.unwrap_or_default()))
    }

    fn indices(&self, wanted: impl Fn(usize) -> bool) -> Vec<usize> {
        (0..self.answered.len()).filter(|&index| self.answered[index] && wanted(index)).collect()
    }

    fn is_drawn(&self, samples: usize, method: &Method) -> Option<&Kept> {
        let steps = samples.saturating_mul(self.width).saturating_mul(method.resamples as usize);
        self.kept.as_ref().filter(|_| steps <= STEPS)
    }

    fn draw(
        &self,
        indices: &[usize],
        method: &Method,
        figures: [Option<f64>; 4],
        drawn: impl Fn(&mut dyn Iterator<Item = usize>) -> [Option<f64>; 4] + Sync,
    ) -> [Interval; 4] {
        let draw = |(): &mut (), resample: Resample| drawn(&mut resample.map(|drawn| indices[drawn]));
        intervals(method, indices.len(), figures, || (), draw)
    }

    fn regression(&self, kept: &Kept, indices: impl Iterator<Item = usize>) -> Regression {
        let mut regression = Regression::new(self.width);
        for index in indices {
            let range = index * self.width..(index + 1) * self.width;
            regression.add(&kept.truths[range.clone()], &kept.answers[range]);
        }
        regression
    }
}

fn values(regression: &Regression) -> [Option<f64>; 4] {
    [
        regression.mean_absolute_error(),
        regression.root_mean_squared_error(),
        regression.r2(),
        regression.cosine_similarity(),
    ]
}
