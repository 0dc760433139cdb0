//! A report for people.

use crate::cli::table::aligned;
use maasm_evaluation::Report;
use maasm_evaluation::report::{Comparison, Estimate};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// The figures that are told, in order; what a report does not have is left out.
const TOLD: [(&str, &str); 17] = [
    ("accuracy", "accuracy (top 1)"),
    ("top_5_accuracy", "top 5"),
    ("balanced_accuracy", "balanced accuracy"),
    ("precision_macro", "precision (macro)"),
    ("recall_macro", "recall (macro)"),
    ("f1_macro", "F1 (macro)"),
    ("roc_auc_macro", "ROC AUC (macro)"),
    ("average_precision_macro", "average precision (macro)"),
    ("cohen_kappa", "Cohen's kappa"),
    ("matthews_corrcoef", "Matthews correlation"),
    ("log_loss", "log loss"),
    ("brier_score", "Brier score"),
    ("expected_calibration_error", "calibration error"),
    ("mean_absolute_error", "mean absolute error"),
    ("root_mean_squared_error", "root mean squared error"),
    ("r2", "R²"),
    ("cosine_similarity", "cosine similarity"),
];

/// How many samples without an answer are told.
const FAILURES: usize = 5;

/// The whole text; `files` is where the report was written.
pub fn report(report: &Report, files: &[PathBuf]) -> String {
    let mut text =
        format!("{} {} on {}: {} samples", report.model.name, report.model.version, report.data.name, report.evaluated);
    text += &if report.failed > 0 { format!(", {} could not be evaluated\n", report.failed) } else { "\n".into() };
    let row = |(name, heading): &(&str, &str)| {
        let estimate = report.metrics.get(*name)?;
        Some([format!("  {heading}"), number(estimate.value), interval(estimate)])
    };
    text += &lines(aligned(TOLD.iter().filter_map(row).collect(), [false, true, false]));
    let reasons: BTreeSet<&String> = report.intervals.omitted.values().collect();
    for why in reasons {
        text += &format!("  no interval where none is told: {why}\n");
    }
    if let Some(scores) = report.scores {
        text += &format!("  scores are {}\n", scores.explained());
    }
    if let Some(comparison) = &report.comparison {
        text += &compared(comparison);
    }
    for failure in report.failures.iter().take(FAILURES) {
        text += &format!("  not evaluated: {}: {}\n", failure.sample, failure.reason);
    }
    if report.failed as usize > FAILURES {
        text += &format!("  … and {} more\n", report.failed as usize - FAILURES);
    }
    if let Some(run) = &report.run {
        let threads = if run.threads == 1 { "1 thread".into() } else { format!("{} threads", run.threads) };
        text += &format!("  {:.1} samples a second on {threads}", run.throughput);
        if let Some(latency) = &run.latency {
            let [p50, p90, p99] = [latency.p50, latency.p90, latency.p99];
            text += &format!("; {p50:.2} ms each (median), {p90:.2} ms (90 %), {p99:.2} ms (99 %)");
        }
        text += "\n";
    }
    for file in files {
        text += &format!("  report: {}\n", file.display());
    }
    text
}

fn compared(comparison: &Comparison) -> String {
    let baseline = &comparison.baseline;
    let mut text = format!("against {} {}:\n", baseline.name, baseline.version);
    if let Some(forced) = &comparison.forced {
        text += &format!("  compared by force: {forced}\n");
    }
    let row = |(name, heading): &(&str, &str)| {
        let change = comparison.metrics.get(*name)?;
        let difference = change.difference.value.map_or_else(|| "–".into(), |value| format!("{value:+.4}"));
        Some([format!("  {heading}"), difference, interval(&change.difference)])
    };
    text += &lines(aligned(TOLD.iter().filter_map(row).collect(), [false, true, false]));
    if let Some(agreement) = comparison.agreement {
        text += &format!("  same answer for {:.2} % of the samples", agreement * 100.0);
        if let Some(test) = &comparison.mcnemar {
            text += &format!("; {} gained, {} lost (McNemar's test: p = {:.3})", test.gained, test.lost, test.p_value);
        }
        text += "\n";
    }
    text
}

fn number(value: Option<f64>) -> String {
    value.map_or_else(|| "–".into(), |value| format!("{value:.4}"))
}

fn interval(estimate: &Estimate) -> String {
    match (estimate.low, estimate.high) {
        (Some(low), Some(high)) => format!("({low:.4} to {high:.4})"),
        _ => String::new(),
    }
}

fn lines(lines: Vec<String>) -> String {
    lines.into_iter().map(|line| line + "\n").collect()
}
