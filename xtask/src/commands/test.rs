//! `cargo xtask test`

use crate::{browser, guest, licences, node, process, python, unpacked, workspace};
use anyhow::{Result, bail};

/// Checks form, lints and licences, then runs every test. The last line tells how many passed and failed.
pub(super) fn run(arguments: &[String]) -> Result<()> {
    super::no_arguments(arguments)?;
    process::step("checking the code's form", || process::run(workspace::cargo().args(["fmt", "--all", "--check"])))?;
    process::step("checking the dependencies' licences", licences::check)?;
    let python = python::with_packages("test")?;
    let registry = unpacked::find(&unpacked::DOCKER_REGISTRY)?;
    let nats = unpacked::find(&unpacked::NATS_SERVER)?;
    let browser = browser::find()?;
    let jco = node::with(node::JCO)?;
    let guests = [guest::MODEL, guest::MODEL_NN, guest::API, guest::SELF_CHECK];
    let toolchain = guest::build(&guests)?;
    process::step("running clippy on the guests", || guest::lint(&toolchain, &guests))?;
    // With the tests' profile, so that build scripts and macros are compiled once for both.
    process::step("running clippy", || {
        let mut clippy = workspace::cargo();
        process::run(
            clippy
                .args(["clippy", "--release", "--all-targets"])
                .args(workspace::PACKAGES)
                .args(["--", "-D", "warnings"]),
        )
    })?;
    let mut tally = Tally::default();
    let succeeded = process::step("running the tests", || {
        let mut test = workspace::cargo();
        test.args(["test", "--release", "--no-fail-fast"]).args(workspace::PACKAGES).env("MAASM_PYTHON", python);
        if let Some(registry) = registry {
            test.env("MAASM_DOCKER_REGISTRY", registry);
        }
        if let Some(nats) = nats {
            test.env("MAASM_NATS_SERVER", nats);
        }
        if let Some(browser) = browser {
            test.env("MAASM_BROWSER", browser);
        }
        if let Some(jco) = jco {
            test.env("MAASM_JCO", jco);
        }
        // Tests tell what they measured, and why they skip.
        test.args(["--", "--show-output"]);
        process::watch(&mut test, |line| tally.count(line))
    })?;
    println!("{} passed, {} failed", tally.passed, tally.failed);
    if !succeeded {
        bail!("not every test passed");
    }
    Ok(())
}

/// How many tests passed and failed.
#[derive(Debug, Default, PartialEq)]
struct Tally {
    passed: u64,
    failed: u64,
}

impl Tally {
    /// Counts what one line of `cargo test` tells, if it is a summary like
    /// `test result: ok. 7 passed; 0 failed; 0 ignored; …`.
    fn count(&mut self, line: &str) {
        let Some((_, counts)) = line.strip_prefix("test result: ").and_then(|rest| rest.split_once(". ")) else {
            return;
        };
        for count in counts.split("; ") {
            match count.split_once(' ').map(|(number, what)| (number.parse().unwrap_or(0), what)) {
                Some((number, "passed")) => self.passed += number,
                Some((number, "failed")) => self.failed += number,
                _ => (),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summaries_add_up_and_other_lines_count_for_nothing() {
        let mut tally = Tally::default();
        for line in [
            "running 9 tests",
            "test result: ok. 7 passed; 0 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.00s",
            "test form::is_kept ... FAILED",
            "test result: FAILED. 1 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.00s",
        ] {
            tally.count(line);
        }
        assert_eq!(tally, Tally { passed: 8, failed: 3 });
    }
}
