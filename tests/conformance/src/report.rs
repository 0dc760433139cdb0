//! What came of the tests, for people: counted by category and by operator, with the reasons.

use crate::category::Category;
use crate::table::Row;
use crate::verdict::Status;
use std::collections::BTreeMap;
use std::fmt::Write;

/// What the numbers are of.
pub struct Versions {
    /// ONNX, whose tests they are.
    pub onnx: String,
    /// tract.
    pub tract: String,
}

const COLUMNS: &str = "tests | passed | failed | unsupported | passed in tract |";

/// The report, in Markdown.
pub fn markdown(rows: &[Row], versions: &Versions) -> String {
    let Versions { onnx, tract } = versions;
    let mut text = format!(
        "# Conformance

ONNX {onnx} has tests for everything that its operators can do: each is a model of one operator, or of those that it is
defined by, with inputs and outputs. `cargo xtask conformance` runs them and writes this page and
[conformance.tsv](conformance.tsv), which has one line for each test. `cargo xtask test` fails when a test gives less
than is written there.

- **passed**: the right answer by ONNX's own tolerances, natively and in WebAssembly.
- **failed**: a wrong answer or a crash in one of the two. This is a fault.
- **unsupported**: the compiler says that it cannot do it, and what.
- **passed in tract**: the right answer by tract {tract}, natively, from the same files, with or without the types and
  shapes that a file declares for what comes out.

Whatever a test gives goes in as an input of the model, weights and axes too: none of it is known when the model is
compiled.

"
    );
    totals(&mut text, rows);
    faults(&mut text, rows);
    operators(&mut text, rows);
    reasons(&mut text, rows);
    text
}

/// The table of categories.
fn totals(text: &mut String, rows: &[Row]) {
    let _ = writeln!(text, "## Totals\n\n| | {COLUMNS}\n|---|---:|---:|---:|---:|---:|");
    for category in Category::ALL {
        let counts = Counts::of(rows.iter().filter(|row| row.category == category));
        let what = match category {
            Category::Ordinary => "**everything but what follows**",
            Category::Recurrent => "recurrent networks and loops: LSTM, GRU, RNN, Scan, Loop",
            Category::Random => "drawn at random: only types and shapes are compared",
            Category::Sequence => "sequences",
            Category::Optional => "optional values",
            Category::String => "text",
            Category::Training => "training (ai.onnx.preview.training)",
        };
        let _ = writeln!(text, "| {what} | {counts}");
    }
    let _ = writeln!(text, "| all | {}", Counts::of(rows));
}

/// The tests that should not be as they are.
fn faults(text: &mut String, rows: &[Row]) {
    let failed: Vec<&Row> = rows.iter().filter(|row| row.status == Status::Failed).collect();
    if failed.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n## Failed\n\n| test | why |\n|---|---|");
    for row in failed {
        let _ = writeln!(text, "| {} | {} |", row.name, cell(&row.reason));
    }
}

/// The table of operators, those counted apart behind the others.
fn operators(text: &mut String, rows: &[Row]) {
    let mut groups: BTreeMap<(Category, &str), Vec<&Row>> = BTreeMap::new();
    for row in rows {
        groups.entry((row.category, &row.operator)).or_default().push(row);
    }
    let _ = writeln!(text, "\n## Operators\n\n| operator | {COLUMNS} why not |\n|---|---:|---:|---:|---:|---:|---|");
    for ((category, operator), rows) in groups {
        let apart = match category {
            Category::Ordinary => String::new(),
            category => format!(" ({})", category.name()),
        };
        let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
        for row in rows.iter().filter(|row| row.status != Status::Passed) {
            *reasons.entry(&row.reason).or_default() += 1;
        }
        let mut reasons: Vec<_> = reasons.into_iter().collect();
        reasons.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
        let told = reasons.iter().map(|(reason, count)| format!("{count} × {}", cell(reason)));
        let why = told.collect::<Vec<_>>().join("<br>");
        let _ = writeln!(text, "| {operator}{apart} | {} {why} |", Counts::of(rows));
    }
}

/// The table of reasons, the most frequent first.
fn reasons(text: &mut String, rows: &[Row]) {
    let mut groups: BTreeMap<&str, (usize, Vec<&str>)> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.status == Status::Unsupported) {
        let (count, operators) = groups.entry(&row.reason).or_default();
        *count += 1;
        if !operators.contains(&row.operator.as_str()) {
            operators.push(&row.operator);
        }
    }
    if groups.is_empty() {
        return;
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by_key(|&(_, (count, _))| std::cmp::Reverse(count));
    let _ = writeln!(text, "\n## What is unsupported, and where\n\n| reason | tests | operators |\n|---|---:|---|");
    for (reason, (count, mut operators)) in groups {
        operators.sort_unstable();
        let _ = writeln!(text, "| {} | {count} | {} |", cell(reason), operators.join(", "));
    }
}

/// A text that ends no cell of a table and looks as it is.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "&lt;")
}

/// How many tests there are of each kind.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Counts {
    tests: usize,
    passed: usize,
    failed: usize,
    unsupported: usize,
    tract: usize,
}

impl Counts {
    /// Counts tests.
    pub fn of<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Self {
        let mut counts = Self::default();
        for row in rows {
            counts.tests += 1;
            counts.tract += usize::from(row.tract);
            *match row.status {
                Status::Passed => &mut counts.passed,
                Status::Failed => &mut counts.failed,
                Status::Unsupported => &mut counts.unsupported,
            } += 1;
        }
        counts
    }
}

impl std::fmt::Display for Counts {
    /// Cells of a table.
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        let Self { tests, passed, failed, unsupported, tract } = self;
        write!(f, "{tests} | {passed} | {failed} | {unsupported} | {tract} |")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_counted_by_operator_with_the_reasons_why_not() {
        let row = |name: &str, category, status, reason: &str| Row {
            name: name.into(),
            operator: "Add".into(),
            category,
            status,
            reason: reason.into(),
            tract: true,
        };
        let rows = [
            row("a", Category::Ordinary, Status::Passed, ""),
            row("b", Category::Ordinary, Status::Unsupported, "element type int4"),
            row("c", Category::Ordinary, Status::Unsupported, "element type int4"),
            row("d", Category::Ordinary, Status::Failed, "wrong shape"),
            row("e", Category::String, Status::Unsupported, "a | b"),
        ];
        let text = markdown(&rows, &Versions { onnx: "1.2.3".into(), tract: "4.5.6".into() });
        for line in [
            "| **everything but what follows** | 4 | 1 | 1 | 2 | 4 |",
            "| text | 1 | 0 | 0 | 1 | 1 |",
            "| all | 5 | 1 | 1 | 3 | 5 |",
            "| d | wrong shape |",
            "| Add | 4 | 1 | 1 | 2 | 4 | 2 × element type int4<br>1 × wrong shape |",
            "| Add (string) | 1 | 0 | 0 | 1 | 1 | 1 × a \\| b |",
            "| element type int4 | 2 | Add |",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n\n{text}");
        }
    }
}
