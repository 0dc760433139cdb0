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
    Run(&'static str),
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

/// What is not a metric.
const RUN: [&str; 12] = [
    "p50_ms",
    "p90_ms",
    "p95_ms",
    "p99_ms",
    "mean_ms",
    "throughput",
    "peak_memory_mib",
    "size_mib",
    "parameters",
    "samples",
    "evaluated",
    "failed",
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
            .or_else(|| RUN.into_iter().find(|run| *run == name).map(Meaning::Run))
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
            Meaning::Run(name) => of_run(report, name),
        }
    }
}

fn of_run(report: &Report, name: &str) -> Option<f64> {
    let latency = |part: fn(&Latency) -> f64| Some(part(report.run.as_ref()?.latency.as_ref()?));
    let mebibytes = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    match name {
        "p50_ms" => latency(|latency| latency.p50),
        "p90_ms" => latency(|latency| latency.p90),
        "p95_ms" => latency(|latency| latency.p95),
        "p99_ms" => latency(|latency| latency.p99),
        "mean_ms" => latency(|latency| latency.mean),
        "throughput" => Some(report.run.as_ref()?.throughput),
        "peak_memory_mib" => report.run.as_ref()?.peak_memory.map(mebibytes),
        "size_mib" => Some(mebibytes(report.model.size)),
        "parameters" => Some(report.model.parameters as f64),
        "samples" => Some(report.data.samples as f64),
        "evaluated" => Some(report.evaluated as f64),
        "failed" => Some(report.failed as f64),
        _ => None,
    }
}

fn names() -> impl Iterator<Item = &'static str> {
    SHORT.into_iter().map(|(short, _)| short).chain(METRICS.into_iter().flatten().copied()).chain(RUN)
}

impl fmt::Display for Figure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.name)
    }
}
