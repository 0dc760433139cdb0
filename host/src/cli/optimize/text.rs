//! What came of it, for people.

use crate::cli::phrases::size;
use crate::cli::table::aligned;
use maasm_app::{Difference, Optimized};
use maasm_evaluation::report::{Change, Search};
use std::path::PathBuf;

/// The whole text; `files` is where the report was written.
pub fn optimized(optimized: &Optimized, files: &[PathBuf]) -> String {
    let facts = &optimized.version.facts;
    let mut text = optimized.search.as_ref().map(tried).unwrap_or_default();
    text += &format!("{}@{}, made of {}:\n", facts.name, facts.version, optimized.parent);
    let Difference { before, after } = optimized.size;
    text += &format!("  size         {} → {} ({:.1} %)\n", size(before), size(after), 100.0 * share(optimized.size));
    for (what, difference) in [("parameters  ", optimized.parameters), ("computation ", optimized.multiply_accumulates)]
    {
        if difference.before != difference.after {
            let [before, after] = [difference.before, difference.after].map(|n| n as f64 / 1e6);
            text += &format!("  {what} {before:.2} M → {after:.2} M ({:.1} %)\n", 100.0 * share(difference));
        }
    }
    let times = optimized.milliseconds;
    text += &format!(
        "  inference    {:.2} ms → {:.2} ms ({:.2} × as fast)\n",
        times.before,
        times.after,
        times.before / times.after.max(f64::MIN_POSITIVE)
    );
    text += &optimized.accuracy.as_ref().and_then(accuracy).unwrap_or_default();
    if let Some(agreement) = optimized.agreement {
        text += &format!("  same answer  for {:.2} % of the samples\n", 100.0 * agreement);
    }
    match (&optimized.evaluation, files) {
        (Some(evaluation), []) => {
            text += &format!(
                "  report       {} samples of {}, attached: {}\n",
                evaluation.evaluated, evaluation.data, evaluation.id
            );
        }
        (Some(evaluation), files) => {
            let files: Vec<_> = files.iter().map(|file| file.display().to_string()).collect();
            text += &format!(
                "  report       {} samples of {}: {}\n",
                evaluation.evaluated,
                evaluation.data,
                files.join(", ")
            );
        }
        (None, _) => text += "  not evaluated: name labelled data with --evaluate\n",
    }
    text += &format!("to let it answer: maasm deploy {}@{}\n", facts.name, facts.version);
    text
}

/// Everything that was tried; a star is on the Pareto frontier.
fn tried(search: &Search) -> String {
    let mut rows = vec![["", "recipe", "top 1", "size", "time"].map(String::from)];
    rows.extend(search.candidates.iter().map(|candidate| {
        let mark = match (candidate.chosen, candidate.frontier) {
            (true, _) => "→",
            (false, true) => "*",
            (false, false) => "",
        };
        [
            mark.into(),
            candidate.recipe.clone(),
            format!("{:.2} %", 100.0 * candidate.accuracy),
            size(candidate.size),
            format!("{:.2}", candidate.time),
        ]
    }));
    let lines = aligned(rows, [false, false, true, true, true]).join("\n");
    format!("{lines}\n* the Pareto frontier on {} samples, → chosen; on the others:\n", search.samples)
}

fn accuracy(change: &Change) -> Option<String> {
    let (value, baseline, difference) = (change.value?, change.baseline?, change.difference.value?);
    let points = |share: f64| format!("{:+.2}", 100.0 * share);
    let interval = match (change.difference.low, change.difference.high) {
        (Some(low), Some(high)) => format!(", 95 % between {} and {}", points(low), points(high)),
        _ => String::new(),
    };
    Some(format!(
        "  top 1        {:.2} % → {:.2} % ({} points{interval})\n",
        100.0 * baseline,
        100.0 * value,
        points(difference)
    ))
}

fn share(difference: Difference) -> f64 {
    difference.after as f64 / difference.before.max(1) as f64
}
