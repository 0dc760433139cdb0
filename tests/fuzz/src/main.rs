//! Tries files that something happened to, and tells what came of them.
#![forbid(unsafe_code)]

use anyhow::{Context, Result, bail};
use clap::{Parser, Subcommand};
use maasm_conformance::suite::{self, Suite};
use maasm_fuzz::corpus::Corpus;
use maasm_fuzz::overseer::Overseer;
use maasm_fuzz::worker::{self, Work};
use maasm_fuzz::{file, overseer};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

#[derive(Parser)]
#[command(about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Try file after file; ends with 1 if one panics, hangs or takes too much memory.
    Run(Run),
    /// Try files for a process that watches this one.
    #[command(hide = true)]
    Worker(Work),
}

#[derive(clap::Args)]
struct Run {
    /// For how long.
    #[arg(long, default_value = "10")]
    minutes: f64,
    /// What all files follow from.
    #[arg(long, default_value = "1")]
    seed: u64,
    /// The number of the first file.
    #[arg(long, default_value = "0")]
    first: u64,
    /// How many files at most.
    #[arg(long, default_value_t = u64::MAX / 2)]
    files: u64,
    /// Only write the first file to this path.
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
    /// The `maasm` command, to try that, too.
    #[arg(long, value_name = "FILE")]
    binary: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    let run = match command {
        Command::Worker(work) => return worker::work(&work),
        Command::Run(run) => run,
    };
    let suite = suite()?;
    if let Some(path) = run.write {
        let bytes = file::file(&Corpus::new(Some(&suite))?, run.seed, run.first);
        return fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()));
    }
    let tally = Overseer {
        size: thread::available_parallelism().map_or(1, |count| count.get() as u64).min(2),
        seed: run.seed,
        first: run.first,
        files: run.files,
        time: Duration::from_secs_f64(run.minutes * 60.0),
        suite: Some(suite),
        binary: run.binary,
        ..Overseer::new(&std::env::current_exe()?, Path::new(overseer::FOLDER))
    }
    .run()?;
    println!("{tally}");
    if !tally.failures.is_empty() {
        bail!("{} files do what no file may; they are kept in {}", tally.failures.len(), overseer::FOLDER);
    }
    Ok(())
}

/// Writes ONNX's tests, unless they are written already.
fn suite() -> Result<PathBuf> {
    let python = std::env::var_os("MAASM_PYTHON")
        .context("MAASM_PYTHON names no Python with onnx; `cargo xtask fuzz` provides one")?;
    Ok(Suite::generated(python.as_ref(), Path::new(suite::FOLDER))?.folder)
}
