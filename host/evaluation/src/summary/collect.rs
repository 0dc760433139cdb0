//! What is kept in memory of each answer.

use super::numbers::Numbers;
use super::{Answered, SummaryError};
use crate::data::{Dataset, Truth, digest_of};
use crate::report::{Failure, Task};
use maasm_metrics::Outcome;

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
