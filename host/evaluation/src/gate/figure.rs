//! What names in conditions mean.

use super::Evidence;
use super::parse::GateError;
use crate::report::{Estimate, Latency, Report};
use crate::summary::METRICS;
use std::fmt;

/// A figure of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// As it was asked for.
    name: String,
    meaning: Meaning,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Meaning {
    Metric(&'static str, Part),
    /// A place in [`RUN`].
    Run(usize),
}

/// Which part of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Value,
    /// Ends of its interval.
    Low,
    High,
    /// How much lower, or higher, it is than the baseline's.
    Drop,
    Rise,
}

const PARTS: [(&str, Part); 4] =
    [("_low", Part::Low), ("_high", Part::High), ("_drop", Part::Drop), ("_rise", Part::Rise)];

/// Short names that everybody uses.
const SHORT: [(&str, &str); 2] = [("top1", "accuracy"), ("top5", "top_5_accuracy")];

/// How a figure is read from a report.
type Read = fn(&Report) -> Option<f64>;

/// What is not a metric.
const RUN: [(&str, Read); 12] = [
    ("p50_ms", |report| Some(latency(report)?.p50)),
    ("p90_ms", |report| Some(latency(report)?.p90)),
    ("p95_ms", |report| Some(latency(report)?.p95)),
    ("p99_ms", |report| Some(latency(report)?.p99)),
    ("mean_ms", |report| Some(latency(report)?.mean)),
    ("throughput", |report| Some(report.run.as_ref()?.throughput)),
    ("peak_memory_mib", |report| report.run.as_ref()?.peak_memory.map(mebibytes)),
    ("size_mib", |report| Some(mebibytes(report.model.size))),
    ("parameters", |report| Some(report.model.parameters as f64)),
    ("samples", |report| Some(report.data.samples as f64)),
    ("evaluated", |report| Some(report.evaluated as f64)),
    ("failed", |report| Some(report.failed as f64)),
];

/// How alike two names must be for one to be told in place of the other, by Jaro and Winkler.
const ALIKE: f64 = 0.85;

impl Figure {
    /// The figure of this name.
    pub fn named(name: &str) -> Result<Self, GateError> {
        let metric = |name: &str| {
            let name = SHORT.iter().find(|(short, _)| *short == name).map_or(name, |(_, name)| name);
            METRICS.into_iter().flatten().copied().find(|metric| *metric == name)
        };
        let part = PARTS.iter().find_map(|(end, part)| Some(Meaning::Metric(metric(name.strip_suffix(end)?)?, *part)));
        let meaning = (metric(name).map(|metric| Meaning::Metric(metric, Part::Value)))
            .or_else(|| RUN.iter().position(|(run, _)| *run == name).map(Meaning::Run))
            .or(part);
        let Some(meaning) = meaning else {
            let like = |known: &&str| strsim::jaro_winkler(name, known);
            let near = names().max_by(|a, b| like(a).total_cmp(&like(b))).filter(|near| like(near) >= ALIKE);
            return Err(GateError::Figure { name: name.into(), near: near.map(str::to_owned) });
        };
        Ok(Self { name: name.into(), meaning })
    }

    /// All names, for messages.
    pub fn known() -> String {
        let names = names().collect::<Vec<_>>().join(", ");
        format!(
            "{names}; and of the metrics _low, _high (the interval's ends), _drop and _rise (from what is deployed)"
        )
    }

    pub fn needs_baseline(&self) -> bool {
        matches!(self.meaning, Meaning::Metric(_, Part::Drop | Part::Rise))
    }

    /// What it is; none where that is not known.
    pub fn value(&self, evidence: &Evidence) -> Option<f64> {
        let report = evidence.report;
        match self.meaning {
            Meaning::Metric(name, part) => {
                let Estimate { value, low, high } = report.metrics.get(name).copied()?;
                let rise = || Some(value? - evidence.baseline?.metric(name)?);
                match part {
                    Part::Value => value,
                    Part::Low => low,
                    Part::High => high,
                    Part::Rise => rise(),
                    Part::Drop => rise().map(|rise| -rise),
                }
            }
            Meaning::Run(place) => RUN[place].1(report),
        }
    }
}

fn latency(report: &Report) -> Option<&Latency> {
    report.run.as_ref()?.latency.as_ref()
}

fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

fn names() -> impl Iterator<Item = &'static str> {
    SHORT
        .into_iter()
        .map(|(short, _)| short)
        .chain(METRICS.into_iter().flatten().copied())
        .chain(RUN.into_iter().map(|(run, _)| run))
}

impl fmt::Display for Figure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.name)
    }
}
