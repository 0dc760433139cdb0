//! What came of every test, one on a line: the form that the repository keeps, so that a change shows what it changes.

use crate::category::Category;
use crate::suite::Test;
use crate::verdict::{Status, Verdict};
use anyhow::{Context, Result};

/// Where the repository keeps it.
pub const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/conformance.tsv");
/// The first line.
const HEADER: &str = "test\toperator\tcategory\tmaasm\ttract\treason";

/// A line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The test.
    pub name: String,
    /// The operator that it is about.
    pub operator: String,
    /// What it is counted with.
    pub category: Category,
    /// What came of it here.
    pub status: Status,
    /// Why it did not pass here; empty if it did.
    pub reason: String,
    /// Whether it passed in tract.
    pub tract: bool,
}

impl Row {
    /// The line of a test.
    pub fn new(test: &Test, maasm: &Verdict, tract: bool) -> Self {
        let Test { name, operator, category, .. } = test.clone();
        Self { name, operator, category, status: maasm.status, reason: one_line(&maasm.reason), tract }
    }

    /// The fields, separated by tabs.
    pub fn line(&self) -> String {
        let tract = if self.tract { "passed" } else { "not" };
        let fields = [&self.name, &self.operator, self.category.name(), self.status.name(), tract, &self.reason];
        fields.join("\t")
    }

    fn parse(line: &str) -> Option<Self> {
        let fields: Vec<&str> = line.split('\t').collect();
        let [name, operator, category, status, tract, reason] = fields[..] else { return None };
        Some(Self {
            name: name.into(),
            operator: operator.into(),
            category: Category::named(category)?,
            status: Status::named(status)?,
            reason: reason.into(),
            tract: tract == "passed",
        })
    }
}

/// The table's text.
pub fn write(rows: &[Row]) -> String {
    let lines = [HEADER.to_owned()].into_iter().chain(rows.iter().map(Row::line));
    lines.map(|line| line + "\n").collect()
}

/// Reads a table.
///
/// # Errors
/// If a line is none that [`write`] writes.
pub fn read(text: &str) -> Result<Vec<Row>> {
    let lines = text.lines().enumerate().skip(1);
    let row = |(index, line): (usize, &str)| {
        let remedy = "`cargo xtask conformance` writes the table anew";
        Row::parse(line).with_context(|| format!("line {} is no line of the table: {line:?}; {remedy}", index + 1))
    };
    lines.map(row).collect()
}

/// A text as a field holds it.
pub fn one_line(text: &str) -> String {
    text.replace(['\t', '\n'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_reads_as_it_was_written() {
        let row = |name: &str, status, reason: &str| Row {
            name: name.into(),
            operator: "Add".into(),
            category: Category::Ordinary,
            status,
            reason: reason.into(),
            tract: status == Status::Passed,
        };
        let rows = [row("test_add", Status::Passed, ""), row("test_add_int8", Status::Failed, "wrong shape")];
        let text = write(&rows);
        assert_eq!(text.lines().last(), Some("test_add_int8\tAdd\tordinary\tfailed\tnot\twrong shape"));
        assert_eq!(read(&text).unwrap(), rows);
        let error = read(&text.replace("ordinary", "usual")).unwrap_err().to_string();
        assert!(error.starts_with("line 2 is no line of the table"), "{error}");
    }
}
