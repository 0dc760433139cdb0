//! Conditions on a report: `top1 >= 0.74 and top1_drop <= 0.005 and p95_ms <= 40`.
//!
//! A condition compares figures with numbers, by `<`, `<=`, `>`, `>=` and `==`; `and` binds closer than `or`, `not` closer
//! than both, and parentheses closest. It is read into a tree and looked up, nothing of it is run.
//!
//! # Layout
//! - `parse`: text to a tree; `token`: text to words
//! - `figure`: what names mean

mod figure;
mod parse;
mod token;

pub use parse::GateError;

use crate::report::Report;
use figure::Figure;
use std::fmt;
use std::str::FromStr;
use token::Operator;

/// A condition.
#[derive(Clone, Debug, PartialEq)]
pub struct Gate {
    text: String,
    condition: Condition,
}

#[derive(Clone, Debug, PartialEq)]
enum Condition {
    Compare { figure: Figure, operator: Operator, bound: f64 },
    Not(Box<Self>),
    All(Vec<Self>),
    Any(Vec<Self>),
}

/// What a condition came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// Whether it holds.
    pub holds: bool,
    /// Each comparison, what the figure is, and whether it holds; in a sentence each.
    pub reasons: Vec<String>,
}

/// What a condition is held against.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// The version's report.
    pub report: &'a Report,
    /// That of the version it would replace, on the same data.
    pub baseline: Option<&'a Report>,
}

impl FromStr for Gate {
    type Err = GateError;

    fn from_str(text: &str) -> Result<Self, GateError> {
        Ok(Self { text: text.trim().into(), condition: parse::parse(text)? })
    }
}

impl fmt::Display for Gate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl Gate {
    /// Whether it asks how a version differs from the one that it would replace.
    pub fn needs_baseline(&self) -> bool {
        self.condition.needs_baseline()
    }

    /// Holds it against a report.
    pub fn check(&self, evidence: &Evidence) -> Verdict {
        let mut reasons = Vec::new();
        let holds = self.condition.check(evidence, &mut reasons);
        Verdict { holds, reasons }
    }
}

impl Condition {
    fn needs_baseline(&self) -> bool {
        match self {
            Self::Compare { figure, .. } => figure.needs_baseline(),
            Self::Not(condition) => condition.needs_baseline(),
            Self::All(conditions) | Self::Any(conditions) => conditions.iter().any(Self::needs_baseline),
        }
    }

    /// Every comparison is told, also where the outcome is clear before.
    fn check(&self, evidence: &Evidence, reasons: &mut Vec<String>) -> bool {
        match self {
            Self::Compare { figure, operator, bound } => {
                let value = figure.value(evidence);
                let holds = value.is_some_and(|value| operator.holds(value, *bound));
                let told = value.map_or_else(|| "not known".to_owned(), |value| format!("{}", rounded(value)));
                let verb = if holds { "holds" } else { "fails" };
                reasons.push(format!("{figure} {operator} {bound} {verb}: {figure} is {told}"));
                holds
            }
            Self::Not(condition) => !condition.check(evidence, reasons),
            Self::All(conditions) => checked(conditions, evidence, reasons).iter().all(|&holds| holds),
            Self::Any(conditions) => checked(conditions, evidence, reasons).contains(&true),
        }
    }
}

fn checked(conditions: &[Condition], evidence: &Evidence, reasons: &mut Vec<String>) -> Vec<bool> {
    conditions.iter().map(|condition| condition.check(evidence, reasons)).collect()
}

/// As many digits as are worth reading.
fn rounded(value: f64) -> f64 {
    let scale = 1e6;
    if value.abs() < 1e9 { (value * scale).round() / scale } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Data, Estimate, Intervals, SCHEMA, Subject, Task};

    fn report(accuracy: f64) -> Report {
        let estimate = Estimate { value: Some(accuracy), low: Some(accuracy - 0.01), high: Some(accuracy + 0.01) };
        let text = String::new;
        Report {
            schema: SCHEMA.into(),
            model: Subject {
                name: "birds".into(),
                version: "1.0.0".into(),
                digest: text(),
                source_digest: text(),
                size: 3 << 20,
                parameters: 10,
            },
            data: Data { name: text(), digest: text(), samples: 100 },
            task: Task::Classification,
            scores: None,
            intervals: Intervals { confidence: 0.95, resamples: 10, seed: 0, omitted: Default::default() },
            evaluated: 99,
            failed: 1,
            metrics: [("accuracy".to_owned(), estimate)].into(),
            classes: vec![],
            confusions: vec![],
            calibration: vec![],
            mistakes: vec![],
            failures: vec![],
            comparison: None,
            search: None,
            run: None,
        }
    }

    fn holds(text: &str) -> bool {
        let (report, baseline) = (report(0.75), report(0.76));
        let gate: Gate = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
        gate.check(&Evidence { report: &report, baseline: Some(&baseline) }).holds
    }

    #[test]
    fn conditions_compare_figures_with_numbers() {
        for text in [
            "top1 >= 0.74",
            "accuracy==0.75",
            "TOP1 > 7.4e-1 AND failed <= 1",
            "accuracy_low > 0.73 and accuracy_high < 0.77",
            "top1_drop <= 0.011 and top1_rise < 0",
            "size_mib <= 3 and parameters == 10 and samples > 99",
            "top1 > 0.9 or failed == 1 and evaluated == 99",
            "not top1 > 0.9",
            "not (top1 > 0.9 or failed > 5)",
        ] {
            assert!(holds(text), "{text}");
        }
        for text in
            ["top1 > 0.75", "top1_drop <= 0.005", "(top1 > 0.9 or failed == 1) and evaluated == 1", "not failed == 1"]
        {
            assert!(!holds(text), "{text}");
        }
    }

    #[test]
    fn a_figure_that_is_not_known_fails_whatever_is_asked_of_it() {
        assert!(!holds("p95_ms < 1000000") && !holds("p95_ms >= 0") && !holds("top5 >= 0"));
        let gate: Gate = "top1_drop < 1".parse().unwrap();
        assert!(gate.needs_baseline());
        let verdict = gate.check(&Evidence { report: &report(0.5), baseline: None });
        assert!(!verdict.holds);
        assert_eq!(verdict.reasons, ["top1_drop < 1 fails: top1_drop is not known"]);
    }

    #[test]
    fn every_comparison_is_told() {
        let gate: Gate = "top1 >= 0.8 and failed <= 1".parse().unwrap();
        let verdict = gate.check(&Evidence { report: &report(0.75), baseline: None });
        assert_eq!(verdict.reasons, ["top1 >= 0.8 fails: top1 is 0.75", "failed <= 1 holds: failed is 1"]);
    }

    #[test]
    fn anything_else_is_an_error_that_says_what_is_wrong() {
        let told = |text: &str| text.parse::<Gate>().map(|gate| gate.to_string()).unwrap_err().to_string();
        assert!(told("").contains("breaks off where a figure should follow"));
        assert!(told("top1").contains("breaks off where a comparison should follow"));
        assert!(told("top1 >=").contains("breaks off where a number should follow"));
        assert!(told("(top1 >= 1").contains("breaks off where `)` should follow"));
        assert_eq!(told("top1 >= top5"), r#"in the condition, "top5" stands where a number should"#);
        assert_eq!(told("top1 >= 1 top1"), r#"in the condition, "top1" stands where `and`, `or` or the end should"#);
        assert_eq!(told("accurcy > 1"), r#"there is no figure "accurcy"; did you mean accuracy?"#);
        assert!(told("zzz > 1").contains("there are top1, top5, accuracy"));
        for text in [
            "top1 >= 1; DROP TABLE version",
            "top1 >= $(reboot)",
            "top1 >= 0x10",
            "top1 >= NaN",
            "top1 >= 1e999",
            "__import__('os')",
            "top1 >= 0.7 && true",
            "top1 >= 0.7\0",
        ] {
            assert!(text.parse::<Gate>().is_err(), "{text}");
        }
        assert_eq!("(".repeat(900).parse::<Gate>(), Err(GateError::Deep));
        assert_eq!("not ".repeat(200).parse::<Gate>(), Err(GateError::Deep));
        assert_eq!("x".repeat(1001).parse::<Gate>(), Err(GateError::Long));
    }
}
