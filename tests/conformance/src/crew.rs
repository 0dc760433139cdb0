//! Tests run in processes of their own, several at a time: a crash, a hang or a test that takes all memory is the
//! failure of that test alone.

use crate::engines::Engine;
use crate::suite::{Suite, Test};
use crate::verdict::Verdict;
use crate::worker::Report;
use anyhow::{Context, Result, bail};
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

/// The longest that a test may take. The slowest takes a second.
const TIME: Duration = Duration::from_secs(30);
/// The longest that an engine may take to be ready: it compiles a module.
const START: Duration = Duration::from_secs(120);
/// The most memory that a worker may take, in bytes.
const MEMORY: u64 = 3 << 30;
/// How often time and memory are looked at.
const LOOK: Duration = Duration::from_millis(50);

/// How to start workers.
pub struct Crew {
    /// The program that has the subcommand `worker`.
    pub program: PathBuf,
    /// How many work at a time.
    pub size: usize,
}

impl Crew {
    /// A crew of as many workers as there are processors.
    pub fn new(program: &Path) -> Self {
        Self { program: program.into(), size: thread::available_parallelism().map_or(1, Into::into) }
    }

    /// Runs tests; the verdicts are in their order.
    ///
    /// # Errors
    /// If a worker cannot be started.
    pub fn run(&self, engine: Engine, suite: &Suite, tests: &[&Test]) -> Result<Vec<Verdict>> {
        let next = AtomicUsize::new(0);
        let work = || {
            let mut worker = None;
            let mut done = Vec::new();
            while let Some(test) = tests.get(next.fetch_add(1, Ordering::Relaxed)) {
                let (kept, verdict) = self.one(worker.take(), engine, suite, test)?;
                worker = kept;
                done.push((test.name.as_str(), verdict));
            }
            Ok(done)
        };
        let done: Vec<Result<Vec<_>>> = thread::scope(|scope| {
            let workers: Vec<_> = (0..self.size.min(tests.len())).map(|_| scope.spawn(work)).collect();
            workers.into_iter().map(|worker| worker.join().expect("a worker's keeper does not panic")).collect()
        });
        let mut verdicts = HashMap::new();
        for part in done {
            verdicts.extend(part?);
        }
        Ok(tests.iter().map(|test| verdicts.remove(test.name.as_str()).expect("every test was taken")).collect())
    }

    /// Runs one test; gives the worker back if it is still alive.
    fn one(
        &self,
        worker: Option<Worker>,
        engine: Engine,
        suite: &Suite,
        test: &Test,
    ) -> Result<(Option<Worker>, Verdict)> {
        let mut worker = match worker {
            Some(worker) => worker,
            None => Worker::start(&self.program, engine, suite)?,
        };
        let mut stage = String::from("starting");
        // A worker that is gone answers nothing, which is noticed below.
        let _ = writeln!(worker.input, "{}", test.name);
        loop {
            match worker.wait(TIME) {
                Ok(Report::Done(verdict)) => return Ok((Some(worker), verdict)),
                Ok(Report::Stage(begun)) => stage = begun,
                Ok(Report::Ready) => (),
                Err(end) => return Ok((None, Verdict::failed(format!("{stage}: {end}")))),
            }
        }
    }
}

/// A running worker.
struct Worker {
    process: Child,
    input: ChildStdin,
    reports: Receiver<Report>,
}

impl Worker {
    fn start(program: &Path, engine: Engine, suite: &Suite) -> Result<Self> {
        let mut command = Command::new(program);
        command.args(["worker", engine.name()]).arg(&suite.folder);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        // What tract has to say about strange models is of no interest here.
        if engine == Engine::Tract {
            command.stderr(Stdio::null());
        }
        let mut process = command.spawn().with_context(|| format!("cannot start {}", program.display()))?;
        let input = process.stdin.take().expect("it is piped");
        let output = BufReader::new(process.stdout.take().expect("it is piped"));
        let (sender, reports) = channel();
        thread::spawn(move || {
            // Lines that are no reports were printed by an engine.
            let read = output.lines().map_while(Result::ok).filter_map(|line| serde_json::from_str(&line).ok());
            read.map(|report| sender.send(report)).all(|sent| sent.is_ok())
        });
        let mut worker = Self { process, input, reports };
        match worker.wait(START) {
            Ok(_) => Ok(worker),
            Err(end) => bail!("a worker for {} is not ready: it {end}", engine.name()),
        }
    }

    /// The next report, or how the worker ended.
    fn wait(&mut self, time: Duration) -> Result<Report, String> {
        let start = Instant::now();
        loop {
            match self.reports.recv_timeout(LOOK) {
                Ok(report) => return Ok(report),
                Err(RecvTimeoutError::Disconnected) => {
                    let status = self.process.wait().map_or_else(|error| error.to_string(), |s| s.to_string());
                    return Err(format!("ends with {status}"));
                }
                Err(RecvTimeoutError::Timeout) if start.elapsed() > time => {
                    return Err(format!("takes more than {} s", time.as_secs()));
                }
                Err(RecvTimeoutError::Timeout) if memory(self.process.id()) > MEMORY => {
                    return Err(format!("takes more than {} GiB of memory", MEMORY >> 30));
                }
                Err(RecvTimeoutError::Timeout) => (),
            }
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The bytes of memory that a process takes, where the system tells.
fn memory(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) << 10
}
