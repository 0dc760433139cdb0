//! What is kept in memory of each answer.

use super::numbers::Numbers;
use super::{Answered, SummaryError};
use crate::data::{Dataset, Truth, digest_of};
use crate::report::{Failure, Task};
use maasm_metrics::{brier_score, log_loss, position, top};

/// What a classifier's answer comes to. 40 bytes of each sample are in memory, whatever the number of classes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    /// The true class.
    pub truth: u32,
    /// The class with the highest score.
    pub predicted: u32,
    /// How many classes come before the true one.
    pub rank: u32,
    /// The highest score.
    pub confidence: f32,
    /// The true class's score.
    pub truth_score: f32,
    pub log_loss: f64,
    pub brier_score: f64,
}

impl Outcome {
    /// What these scores come to.
    pub fn of(scores: &[f32], truth: u32) -> Self {
        let predicted = top(scores, 1)[0];
        let truth_score = scores[truth as usize];
        Self {
            truth,
            predicted: predicted as u32,
            rank: position(scores, truth as usize) as u32,
            confidence: scores[predicted],
            truth_score,
            log_loss: log_loss(f64::from(truth_score)),
            brier_score: brier_score(scores, truth as usize),
        }
    }

    pub fn is_right(&self) -> bool {
        self.truth == self.predicted
    }
}

/// What is kept of all answers.
pub struct Collected {
    pub data_digest: String,
    pub failed: u64,
    pub failures: Vec<Failure>,
    pub detail: Detail,
}

/// … by what the truth is about.
pub enum Detail {
    /// None for samples without an answer.
    Classes(Vec<Option<Outcome>>),
    Numbers(Numbers),
}

/// How many samples without an answer are listed.
const LISTED: usize = 100;

impl Collected {
    /// Reads all answers once.
    pub fn read(data: &Dataset, version: &Answered) -> Result<Self, SummaryError> {
        let classes = match data.task() {
            Task::Classification => data.classes(version.labels)?,
            Task::Regression => Vec::new(),
        };
        let width = version.answers.width();
        let (mut outcomes, mut numbers) = (Vec::with_capacity(classes.len()), Numbers::new(data.len(), width));
        let (mut failed, mut failures, mut digests) = (0, Vec::new(), Vec::with_capacity(data.len()));
        version.answers.each(|index, answer| {
            digests.push(answer.digest);
            let values = answer.values.map_err(|reason| {
                failed += 1;
                if failures.len() < LISTED {
                    failures.push(Failure { sample: data.sample(index).into(), reason });
                }
            });
            let values = values.ok();
            match data.truth(index) {
                Truth::Class(_) => outcomes.push(values.map(|scores| Outcome::of(&scores, classes[index]))),
                Truth::Numbers(truth) => numbers.push(truth, values.as_deref()),
            }
        })?;
        let samples = digests.iter().enumerate();
        let samples = samples.map(|(index, digest)| (data.sample(index), data.truth(index), *digest));
        let detail = match data.task() {
            Task::Classification => Detail::Classes(outcomes),
            Task::Regression => Detail::Numbers(numbers),
        };
        Ok(Self { data_digest: digest_of(samples), failed, failures, detail })
    }
}
