//! One engine: a program that answers as often as it is told and says how long each answer took.

use super::median;
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::io::{BufRead, BufReader, Lines, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;

/// An engine that takes part, and how to start it.
pub struct Contender {
    /// What it is called in tables.
    pub name: String,
    /// Starts it.
    pub command: Command,
}

/// A running engine.
pub struct Engine {
    child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
    /// What it says it is.
    pub version: String,
    /// Its first answer.
    pub answer: Vec<f64>,
    /// Milliseconds from its start to its first answer.
    pub cold: f64,
}

impl Engine {
    /// Starts an engine and waits for its first answer.
    pub fn start(contender: &mut Contender) -> Result<Self> {
        let start = Instant::now();
        let mut child = contender.command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let input = child.stdin.take().expect("it is piped");
        let mut output = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        let line = output.next().with_context(|| format!("{} gives no answer", contender.name))??;
        let cold = start.elapsed().as_secs_f64() * 1e3;
        let first: Value = serde_json::from_str(&line)?;
        let answer = first["output"].as_array().into_iter().flatten().filter_map(Value::as_f64).collect();
        let version = first["engine"].as_str().unwrap_or_default().to_owned();
        Ok(Self { child, input, output, version, answer, cold })
    }

    /// The median of so many answers, in milliseconds.
    pub fn measure(&mut self, times: u32) -> Result<f64> {
        writeln!(self.input, "{times}")?;
        let line = self.output.next().context("the engine has ended")??;
        let nanoseconds: Vec<f64> = serde_json::from_str(&line)?;
        if nanoseconds.is_empty() {
            bail!("the engine measured nothing");
        }
        Ok(median(&nanoseconds) / 1e6)
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        // It may have ended already; there is nobody to tell if not.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
