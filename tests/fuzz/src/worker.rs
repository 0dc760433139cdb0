//! The process that files are tried in, one after the other.

use crate::corpus::Corpus;
use crate::panics::{self, Panic};
use crate::trial::{self, Came};
use crate::{binary, file, memory};
use anyhow::{Context, Result};
use maasm_tests::watched::busy;
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::PathBuf;
use std::time::Instant;

/// One of so many files is given to the `maasm` command, too.
const BY_COMMAND: u64 = 500;

/// Which files a worker tries.
#[derive(clap::Args, Clone, Debug)]
pub struct Work {
    /// What all files follow from.
    #[arg(long)]
    pub seed: u64,
    /// The first file's number.
    #[arg(long)]
    pub first: u64,
    /// From one file's number to the next one's.
    #[arg(long)]
    pub step: u64,
    /// Where the file lies that is tried.
    #[arg(long)]
    pub file: PathBuf,
    /// Where ONNX's tests lie, if they are written.
    #[arg(long)]
    pub suite: Option<PathBuf>,
    /// The `maasm` command.
    #[arg(long)]
    pub binary: Option<PathBuf>,
}

/// What a worker writes.
#[derive(Deserialize, Serialize)]
pub enum Report {
    /// The corpus is read.
    Ready,
    /// A file lies there and is tried.
    Began(u64),
    /// What is being done with it now.
    Stage(String),
    /// It has been tried.
    Done(Done),
}

/// What came of a file.
#[derive(Deserialize, Serialize)]
pub struct Done {
    /// How far it came, or what is wrong.
    pub came: Result<Came, String>,
    /// The panics on the way.
    pub panics: Vec<Panic>,
    /// The most bytes of memory that were taken meanwhile.
    pub memory: u64,
    /// How long it took, in time of processors where the system tells that: others may use them, too.
    pub milliseconds: u64,
}

/// Tries files until the process is ended.
///
/// # Errors
/// If the corpus cannot be read or a file not be written.
pub fn work(work: &Work) -> Result<()> {
    let corpus = Corpus::new(work.suite.as_deref())?;
    panics::listen();
    tell(&Report::Ready);
    for number in (work.first..).step_by(usize::try_from(work.step)?) {
        let bytes = file::file(&corpus, work.seed, number);
        fs::write(&work.file, bytes).with_context(|| format!("cannot write {}", work.file.display()))?;
        tell(&Report::Began(number));
        tell(&Report::Done(tried(work, number)));
    }
    Ok(())
}

fn tried(work: &Work, number: u64) -> Done {
    memory::forget();
    let (start, busy_before) = (Instant::now(), busy("self"));
    let mut came = trial::run(&work.file, number, &|stage| tell(&Report::Stage(stage.to_owned())));
    if let Some(binary) = work.binary.as_ref().filter(|_| number.is_multiple_of(BY_COMMAND)) {
        tell(&Report::Stage("by the maasm command".into()));
        came = came.and_then(|came| binary::run(binary, &work.file).map(|()| came));
    }
    let busy = busy("self").zip(busy_before).map(|(after, before)| after - before);
    let milliseconds = busy.unwrap_or_else(|| start.elapsed()).as_millis() as u64;
    Done { came, panics: panics::heard(), memory: memory::most(), milliseconds }
}

fn tell(report: &Report) {
    println!("{}", serde_json::to_string(report).expect("a report can be written as JSON"));
}
