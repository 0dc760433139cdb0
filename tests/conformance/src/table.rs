//! What came of every test, one on a line: the form that the repository keeps.

use crate::suite::{Category, Test};
use crate::verdict::{Status, Verdict};

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
    pub maasm: Verdict,
    /// What came of it in tract.
    pub tract: Verdict,
}

impl Row {
    /// The line of a test.
    pub fn new(test: &Test, maasm: Verdict, tract: Verdict) -> Self {
        let Test { name, operator, category, .. } = test.clone();
        Self { name, operator, category, maasm, tract }
    }

    /// The fields, separated by tabs; with all details if wanted.
    pub fn line(&self, details: bool) -> String {
        let tract = if self.tract.status == Status::Passed { "passed" } else { "not" };
        let mut fields =
            vec![&self.name, &self.operator, self.category.name(), self.maasm.status.name(), tract, &self.maasm.reason];
        let told = [self.tract.status.name(), &self.tract.reason, &self.tract.detail].join(" ");
        if details {
            fields.extend([self.maasm.detail.as_str(), told.as_str()]);
        }
        fields.iter().map(|field| field.replace(['\t', '\n'], " ")).collect::<Vec<_>>().join("\t")
    }
}
