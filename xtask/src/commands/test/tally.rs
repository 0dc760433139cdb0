//! How many tests passed, failed and were skipped.

use std::fmt;

/// Counts of tests, read from the output of `cargo test -- --show-output`.
#[derive(Debug, Default, PartialEq)]
pub struct Tally {
    passed: u64,
    failed: u64,
    skipped: u64,
    /// Whether the output being read is that of a test which has been counted as skipped.
    is_counted: bool,
}

impl Tally {
    /// Counts what one line says: a summary such as `test result: ok. 7 passed; 0 failed; 0 ignored; …`, or that a test
    /// is skipped, which libtest counts as passed.
    pub fn read(&mut self, line: &str) {
        if line.starts_with("---- ") && line.ends_with(" stdout ----") {
            self.is_counted = false;
        } else if line.starts_with("skipped: ") && !self.is_counted {
            self.is_counted = true;
            self.skipped += 1;
        } else if let Some((_, counts)) = line.strip_prefix("test result: ").and_then(|rest| rest.split_once(". ")) {
            for count in counts.split("; ") {
                match count.split_once(' ').map(|(number, what)| (number.parse().unwrap_or(0), what)) {
                    Some((number, "passed")) => self.passed += number,
                    Some((number, "failed")) => self.failed += number,
                    _ => (),
                }
            }
        }
    }

    /// Whether no test was run.
    pub fn is_empty(&self) -> bool {
        self.passed + self.failed == 0
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { passed, failed, skipped, .. } = self;
        write!(formatter, "{} passed, {failed} failed", passed.saturating_sub(*skipped))?;
        if *skipped > 0 { write!(formatter, ", {skipped} skipped") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(lines: &[&str]) -> String {
        let mut tally = Tally::default();
        lines.iter().for_each(|line| tally.read(line));
        tally.to_string()
    }

    #[test]
    fn summaries_add_up_and_other_lines_count_for_nothing() {
        let lines = [
            "running 9 tests",
            "test result: ok. 7 passed; 0 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.00s",
            "test form::is_kept ... FAILED",
            "test result: FAILED. 1 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.00s",
        ];
        assert_eq!(tally(&lines), "8 passed, 3 failed");
    }

    #[test]
    fn a_test_that_says_that_it_is_skipped_is_counted_once_and_not_as_passed() {
        let lines = [
            "---- first stdout ----",
            "skipped: there is no browser",
            "skipped: there is no Python",
            "---- second stdout ----",
            "12 graphs were compared, and none was skipped: good",
            "---- third stdout ----",
            "skipped: there is no browser",
            "test result: ok. 5 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
        ];
        assert_eq!(tally(&lines), "3 passed, 0 failed, 2 skipped");
    }
}
