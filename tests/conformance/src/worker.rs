//! The process that tests run in: it reads names of tests, one on a line, and writes a line for every stage and for
//! every verdict.

use crate::engines::{Engine, Running};
use crate::suite::Suite;
use crate::verdict::Verdict;
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::io::{BufRead, stdin};

/// What a worker writes.
#[derive(Deserialize, Serialize)]
pub enum Report {
    /// The engine is ready.
    Ready,
    /// What is being done now.
    Stage(String),
    /// The test is done.
    Done(Verdict),
}

/// Runs tests until standard input ends.
///
/// # Errors
/// If the engine cannot be started, or there is no test of a name.
pub fn work(engine: Engine, suite: &Suite) -> Result<()> {
    // Panics are reported as verdicts.
    std::panic::set_hook(Box::new(|_| ()));
    let tests: HashMap<&str, _> = suite.tests.iter().map(|test| (test.name.as_str(), test)).collect();
    let running = Running::start(engine)?;
    tell(&Report::Ready);
    for line in stdin().lock().lines() {
        let line = line?;
        let test = tests.get(line.as_str()).with_context(|| format!("there is no test {line:?}"))?;
        tell(&Report::Done(running.run(suite, test, &|stage| tell(&Report::Stage(stage.to_owned())))));
    }
    Ok(())
}

fn tell(report: &Report) {
    println!("{}", serde_json::to_string(report).expect("a report can be written as JSON"));
}
