//! Programs with the model inside. They answer each line with a line: the output's bytes in hexadecimal.

use super::{Running, floats};
use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A program with the model inside; ended when dropped.
pub struct Embedded {
    process: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Embedded {
    /// Starts the program.
    pub fn start(command: &mut Command) -> Result<Self> {
        let process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut process = process.with_context(|| format!("cannot start {:?}", command.get_program()))?;
        let questions = process.stdin.take().context("it is piped")?;
        let answers = BufReader::new(process.stdout.take().context("it is piped")?);
        Ok(Self { process, questions, answers })
    }
}

impl Running for Embedded {
    fn infer(&mut self) -> Result<Vec<f32>> {
        self.questions.write_all(b"\n")?;
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        let digits = line.trim().as_bytes();
        if digits.is_empty() {
            bail!("it gives no answer");
        }
        let byte = |two: &[u8]| Ok(u8::from_str_radix(std::str::from_utf8(two)?, 16)?);
        Ok(floats(&digits.chunks(2).map(byte).collect::<Result<Vec<u8>>>()?))
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
