//! What is better and what is worse than the table says.

use crate::table::Row;
use crate::verdict::Status;
use std::collections::{HashMap, HashSet};

/// What differs from the table, a sentence for each test.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Tests that passed and do not, tests that fail and did not, tests that are gone.
    pub worse: Vec<String>,
    /// Tests that pass and did not, tests that failed and do not.
    pub better: Vec<String>,
}

impl Changes {
    /// Compares what came of the tests with a table.
    pub fn between(table: &[Row], found: &[Row]) -> Self {
        let before: HashMap<&str, &Row> = table.iter().map(|row| (row.name.as_str(), row)).collect();
        let mut changes = Self::default();
        for row in found {
            let before = before.get(row.name.as_str()).copied();
            let status = before.map(|row| row.status);
            let told = format!("{}: {} → {}", row.name, before.map_or("not there".into(), told), self::told(row));
            match row.status {
                now if status == Some(now) => (),
                Status::Passed => changes.better.push(told),
                Status::Failed => changes.worse.push(told),
                Status::Unsupported if status == Some(Status::Passed) => changes.worse.push(told),
                Status::Unsupported => changes.better.push(told),
            }
        }
        let names: HashSet<&str> = found.iter().map(|row| row.name.as_str()).collect();
        let gone = table.iter().filter(|row| !names.contains(row.name.as_str()));
        changes.worse.extend(gone.map(|row| format!("{}: {} → not there", row.name, told(row))));
        changes
    }
}

fn told(row: &Row) -> String {
    match row.status {
        Status::Passed => "passed".into(),
        status => format!("{} ({})", status.name(), row.reason),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::category::Category;

    fn row(name: &str, status: Status) -> Row {
        let reason = if status == Status::Passed { "" } else { "why" };
        Row {
            name: name.into(),
            operator: "Add".into(),
            category: Category::Ordinary,
            status,
            reason: reason.into(),
            tract: false,
        }
    }

    #[test]
    fn what_is_no_worse_is_no_change_for_the_worse() {
        use Status::{Failed, Passed, Unsupported};
        let between = |before, now| Changes::between(&[row("test", before)], &[row("test", now)]);
        for status in [Passed, Failed, Unsupported] {
            assert_eq!(between(status, status), Changes::default());
        }
        for (before, now) in [(Failed, Passed), (Unsupported, Passed), (Failed, Unsupported)] {
            let changes = between(before, now);
            assert_eq!((changes.worse.len(), changes.better.len()), (0, 1), "{before:?} → {now:?}");
        }
        for (before, now) in [(Passed, Failed), (Passed, Unsupported), (Unsupported, Failed)] {
            let changes = between(before, now);
            assert_eq!((changes.worse.len(), changes.better.len()), (1, 0), "{before:?} → {now:?}");
        }
        assert_eq!(between(Passed, Failed).worse, ["test: passed → failed (why)"]);
    }

    #[test]
    fn a_new_test_must_not_fail_and_none_may_be_lost() {
        let (old, new) = ([row("old", Status::Failed)], [row("new", Status::Failed)]);
        let changes = Changes::between(&old, &new);
        assert_eq!(changes.worse, ["new: not there → failed (why)", "old: failed (why) → not there"]);
        let changes = Changes::between(&[], &[row("new", Status::Unsupported), row("newer", Status::Passed)]);
        assert_eq!((changes.worse.len(), changes.better.len()), (0, 2));
    }
}
