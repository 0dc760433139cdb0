//! Starts workers and watches their time and memory; what a worker does not survive is the fault of the file that it had
//! begun.

use crate::corpus::Corpus;
use crate::file;
use crate::tally::{Failure, Tally};
use crate::worker::{Done, Report, Work};
use anyhow::{Context, Result, bail};
use maasm_tests::watched::{Instead, Watched};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

/// Where files lie while they are tried, and where they are kept.
pub const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/fuzz");
/// The longest that a worker may take to be ready.
const START: Duration = Duration::from_secs(60);
/// How often the time of processors is looked at.
const LOOK: Duration = Duration::from_millis(500);
/// So many times as long as a file may keep a processor busy, it may take by the clock: others use processors, too.
const PATIENCE: u32 = 6;
/// After so many failures there is enough to mend.
const ENOUGH: usize = 25;

/// What is tried, and what a file may take.
#[derive(Clone, Debug)]
pub struct Overseer {
    /// The program that has the subcommand `worker`.
    pub program: PathBuf,
    /// How many workers there are at a time.
    pub size: u64,
    /// What all files follow from.
    pub seed: u64,
    /// The first file's number.
    pub first: u64,
    /// How many files are tried at most.
    pub files: u64,
    /// How long files are tried.
    pub time: Duration,
    /// The longest that a file may keep a processor busy.
    pub time_each: Duration,
    /// The most bytes of memory that a file may take.
    pub memory: u64,
    /// Where workers write their files, and where those are kept that do what no file may.
    pub folder: PathBuf,
    /// Where ONNX's tests lie, if they are written.
    pub suite: Option<PathBuf>,
    /// The `maasm` command, if it is to be tried, too.
    pub binary: Option<PathBuf>,
}

impl Overseer {
    /// Tries small networks and random graphs for ten minutes, within the limits that the project promises.
    pub fn new(program: &Path, folder: &Path) -> Self {
        Self {
            program: program.into(),
            size: 2,
            seed: 1,
            first: 0,
            files: u64::MAX / 2,
            time: Duration::from_secs(600),
            time_each: Duration::from_secs(10),
            memory: 2 << 30,
            folder: folder.into(),
            suite: None,
            binary: None,
        }
    }

    /// Tries files until time or files are over.
    ///
    /// # Errors
    /// If a worker cannot be started or a file not be kept.
    pub fn run(&self) -> Result<Tally> {
        fs::create_dir_all(&self.folder).with_context(|| format!("cannot make {}", self.folder.display()))?;
        let end = Instant::now() + self.time;
        let tally = &Mutex::new(Tally::default());
        thread::scope(|scope| {
            let keepers: Vec<_> =
                (0..self.size).map(|index| scope.spawn(move || self.keep(index, end, tally))).collect();
            keepers.into_iter().try_for_each(|keeper| keeper.join().expect("a worker's keeper does not panic"))
        })?;
        let tally = tally.lock().expect("a worker's keeper does not panic");
        Ok(tally.clone())
    }

    /// Keeps one worker at work, on every `size`th file from `index` on.
    fn keep(&self, index: u64, end: Instant, tally: &Mutex<Tally>) -> Result<()> {
        let tally = || tally.lock().expect("a worker's keeper does not panic");
        let corpus = Corpus::new(self.suite.as_deref())?;
        let mut next = self.first + index;
        let over = |next: u64| next >= self.first + self.files || Instant::now() >= end;
        while !over(next) && tally().failures.len() < ENOUGH {
            let work = self.work(index, next);
            let mut worker = self.start(&work)?;
            loop {
                let tried = self.one(&mut worker);
                let failure = match &tried {
                    Ok(done) => {
                        tally().add(next, done);
                        self.fault(done)
                    }
                    Err(end) => Some(end.clone()),
                };
                if let Some(why) = failure {
                    let kept = self.folder.join(format!("{}-{next}.onnx", self.seed));
                    // The worker may have gone on to the next one.
                    let bytes = file::file(&corpus, self.seed, next);
                    fs::write(&kept, bytes).with_context(|| format!("cannot keep {}", kept.display()))?;
                    println!("file {next}, kept as {}: {}", kept.display(), why.replace('\n', " "));
                    tally().failures.push(Failure { number: next, why });
                }
                next += self.size;
                if tried.is_err() || over(next) {
                    break;
                }
            }
        }
        Ok(())
    }

    fn work(&self, index: u64, first: u64) -> Work {
        Work {
            seed: self.seed,
            first,
            step: self.size,
            file: self.folder.join(format!("worker-{index}.onnx")),
            suite: self.suite.clone(),
            binary: self.binary.clone(),
        }
    }

    fn start(&self, work: &Work) -> Result<Watched<Report>> {
        let mut command = Command::new(&self.program);
        command.arg("worker").args(["--seed", &work.seed.to_string(), "--first", &work.first.to_string()]);
        command.args(["--step", &work.step.to_string(), "--file"]).arg(&work.file);
        if let Some(suite) = &work.suite {
            command.arg("--suite").arg(suite);
        }
        if let Some(binary) = &work.binary {
            command.arg("--binary").arg(binary);
        }
        let mut worker =
            Watched::start(&mut command).with_context(|| format!("cannot start {}", self.program.display()))?;
        match worker.wait(START, u64::MAX) {
            Ok(_) => Ok(worker),
            Err(end) => bail!("a worker is not ready: it {end}"),
        }
    }

    /// Waits until the next file has been tried; or how the worker ended meanwhile.
    fn one(&self, worker: &mut Watched<Report>) -> Result<Done, String> {
        let mut stage = String::from("beginning");
        let (start, before) = (Instant::now(), worker.busy());
        loop {
            match worker.wait(LOOK, self.memory) {
                Ok(Report::Done(done)) => return Ok(done),
                Ok(Report::Stage(begun)) => stage = begun,
                Ok(Report::Ready | Report::Began(_)) => (),
                Err(Instead::TakesTime(_)) => {
                    let busy = worker.busy().zip(before).map(|(now, before)| now.saturating_sub(before));
                    let hangs = start.elapsed() > PATIENCE * self.time_each;
                    if hangs || busy.unwrap_or_else(|| start.elapsed()) > self.time_each {
                        return Err(format!("{stage}: {}", Instead::TakesTime(self.time_each)));
                    }
                }
                Err(end) => return Err(format!("{stage}: {end}")),
            }
        }
    }

    /// What a file that has been tried did that no file may.
    fn fault(&self, done: &Done) -> Option<String> {
        if let Err(why) = &done.came {
            return Some(why.clone());
        }
        if let Some(panic) = done.panics.iter().find(|panic| panic.own) {
            return Some(format!("panics at {}: {}", panic.place, panic.message));
        }
        if done.memory > self.memory {
            return Some(format!("takes {} MiB of memory", done.memory >> 20));
        }
        let most = self.time_each.as_millis() as u64;
        (done.milliseconds > most).then(|| format!("takes {} ms", done.milliseconds))
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    /// A worker that does its first file well, complains of the second, and does not survive the third.
    const WORKER: &str = r#"#!/bin/sh
        tried() { echo "{\"Done\":{\"came\":$1,\"panics\":[],\"memory\":1048576,\"milliseconds\":$2}}"; }
        echo '"Ready"'
        case "$*" in
            *'--first 0 '*) tried '{"Ok":"Compiled"}' 7; tried '{"Err":"wrong"}' 1; echo '{"Stage":"packaging"}' ;;
            *) tried '{"Ok":"Refused"}' 1; sleep 60 ;;
        esac
        kill -SEGV $$"#;

    #[test]
    fn a_file_that_a_worker_complains_of_or_does_not_survive_is_kept_and_the_others_are_tried() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("worker");
        fs::write(&program, WORKER).unwrap();
        fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).unwrap();
        let overseer = Overseer { size: 1, files: 4, ..Overseer::new(&program, folder.path()) };
        let tally = overseer.run().unwrap();
        let told: Vec<_> = tally.failures.iter().map(|failure| (failure.number, failure.why.as_str())).collect();
        assert_eq!(told[0], (1, "wrong"));
        assert!(told[1].0 == 2 && told[1].1.starts_with("packaging: ends with signal: 11"), "{told:?}");
        assert_eq!((tally.files, tally.compiled, tally.refused, told.len()), (3, 1, 1, 2));
        assert_eq!(tally.slowest, (7, 0));
        let corpus = Corpus::new(None).unwrap();
        for number in [1, 2] {
            let kept = fs::read(folder.path().join(format!("1-{number}.onnx"))).unwrap();
            assert_eq!(kept, file::file(&corpus, 1, number));
        }
    }
}
