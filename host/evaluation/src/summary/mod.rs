//! Answers become a report.
//!
//! # Layout
//! - `collect`: what is kept in memory of each answer: a few numbers, not all of them
//! - `curves`: what follows from all scores, class by class; `numbers`: where answers are numbers
//! - `resamples`: intervals
//! - `classification`: the parts of the report where answers are classes; `comparison`: two versions
//! - `latency`, `thumbnail`: what the report shows beside figures

mod classification;
mod collect;
mod comparison;
mod curves;
mod latency;
mod numbers;
mod resamples;
mod thumbnail;

use crate::data::{DataError, Dataset, Labels};
use crate::report::{Data, Estimate, Host, Intervals, Report, Run, SCHEMA, Scores, Subject, Task};
use crate::run::{Answers, CheckpointError, Effort, Thumbnail};
use collect::{Collected, Detail};
use maasm_metrics::Figures;
use resamples::Interval;
use std::collections::BTreeMap;

/// The names that metrics can have in a report.
pub const METRICS: [&[&str]; 3] = [&Figures::NAMES, &curves::NAMES, &numbers::NAMES];

/// How figures are computed.
#[derive(Clone, Copy, Debug)]
pub struct Method {
    /// What the draws for intervals begin with.
    pub seed: u64,
    /// How often samples are drawn again; 0 computes no intervals.
    pub resamples: u32,
    /// How many threads compute. The figures do not depend on it.
    pub threads: usize,
}

impl Default for Method {
    fn default() -> Self {
        Self { seed: 0, resamples: 1000, threads: 1 }
    }
}

/// The answers of one version.
pub struct Answered<'a> {
    /// Which version.
    pub subject: Subject,
    /// The names of its classes.
    pub labels: &'a Labels,
    /// The kind of its outputs, where answers are classes.
    pub scores: Option<Scores>,
    /// Its answers.
    pub answers: &'a Answers,
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum SummaryError {
    /// The answers cannot be read.
    #[error(transparent)]
    Answers(#[from] CheckpointError),
    /// The data does not suit the model.
    #[error(transparent)]
    Data(#[from] DataError),
}

/// What the answers of a version, and of another one beside it, come to. `thumbnail` makes a small picture of a sample.
///
/// # Errors
/// If the answers cannot be read, or the data does not suit the model.
pub fn summarize(
    data: &Dataset,
    version: &Answered,
    baseline: Option<&Answered>,
    method: &Method,
    thumbnail: impl FnMut(&[u8]) -> Option<Thumbnail>,
) -> Result<Report, SummaryError> {
    let own = Collected::read(data, version)?;
    let omitted = BTreeMap::new();
    let intervals = Intervals { confidence: 0.95, resamples: method.resamples, seed: method.seed, omitted };
    let mut report = Report {
        schema: SCHEMA.into(),
        model: version.subject.clone(),
        data: Data { name: data.name().into(), digest: own.data_digest.clone(), samples: data.len() as u64 },
        task: data.task(),
        scores: version.scores,
        intervals,
        evaluated: data.len() as u64 - own.failed,
        failed: own.failed,
        metrics: BTreeMap::new(),
        classes: Vec::new(),
        confusions: Vec::new(),
        calibration: Vec::new(),
        mistakes: Vec::new(),
        failures: own.failures.clone(),
        comparison: None,
        search: None,
        run: None,
    };
    match &own.detail {
        Detail::Classes(outcomes) => {
            classification::fill(&mut report, data, version, outcomes, method, thumbnail)?;
        }
        Detail::Numbers(numbers) => numbers.fill(&mut report, method),
    }
    if let Some(baseline) = baseline {
        let other = Collected::read(data, baseline)?;
        report.comparison = Some(comparison::compare(data, (version, &own), (baseline, &other), method));
    }
    Ok(report)
}

/// How long the answers took, where; `ended` is a time in RFC 3339.
///
/// # Errors
/// If the answers cannot be read.
pub fn describe_run(answers: &Answers, effort: &Effort, host: Host, ended: String) -> Result<Run, SummaryError> {
    let seconds = effort.elapsed.as_secs_f64();
    let done = (answers.samples() - effort.resumed) as f64;
    Ok(Run {
        ended,
        host,
        threads: effort.threads as u32,
        seconds,
        throughput: if seconds > 0.0 { done / seconds } else { 0.0 },
        resumed: effort.resumed as u64,
        peak_memory: latency::peak_memory(),
        latency: latency::latency(answers)?,
    })
}

/// The width of answers that this data can be compared with, where the truth is numbers.
pub fn width_of(data: &Dataset) -> Option<usize> {
    match (data.task(), data.truth(0)) {
        (Task::Regression, crate::data::Truth::Numbers(numbers)) => Some(numbers.len()),
        _ => None,
    }
}

/// A figure and its interval.
fn estimate(value: Option<f64>, interval: Option<(f64, f64)>) -> Estimate {
    let (low, high) = interval.filter(|_| value.is_some()).unzip();
    Estimate { value, low, high }
}

/// A figure of the report with its interval, or why it has none.
fn add(report: &mut Report, name: &str, value: Option<f64>, interval: Interval) {
    let interval = interval.unwrap_or_else(|why| {
        report.intervals.omitted.insert(name.into(), why);
        None
    });
    report.metrics.insert(name.into(), estimate(value, interval));
}
