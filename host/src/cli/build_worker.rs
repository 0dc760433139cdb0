//! `maasm build-worker`, which the program runs for itself: it makes one component and tells of it in JSON.

use super::package::memory;
use anyhow::{Context, Result};
use bytesize::ByteSize;
use maasm_app::{Job, Message};
use maasm_files::temporary;
use maasm_package::build::BuildError;
use std::io::{self, BufRead, Write};
use std::process::{self, ExitCode};
use std::thread;

/// Make the component that standard input asks for, in JSON.
#[derive(clap::Args)]
#[command(hide = true)]
pub struct Arguments {}

/// Runs it. It ends with standard input: with whoever waits for the component.
pub(super) fn run(_: Arguments) -> Result<ExitCode> {
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line).context("cannot read what is asked for")?;
    let job: Job = serde_json::from_str(&line).context("standard input holds no job")?;
    thread::spawn(end_with_input);
    let limited = memory::limit(ByteSize(job.memory)).map_err(|error| BuildError::Machine(format!("{error:#}")));
    let message = match limited.and_then(|()| job.work(&tell)) {
        Ok(summary) => Message::Built(summary),
        Err(error) => Message::Failed(error),
    };
    tell(&message);
    Ok(ExitCode::SUCCESS)
}

/// Writes a message; who reads no further learns what came of it from the exit status.
fn tell(message: &Message) {
    let mut line = serde_json::to_vec(message).expect("messages are JSON");
    line.push(b'\n');
    let mut output = io::stdout().lock();
    let _ = output.write_all(&line).and_then(|()| output.flush());
}

fn end_with_input() {
    let _ = io::copy(&mut io::stdin(), &mut io::sink());
    temporary::end();
    process::exit(1);
}
