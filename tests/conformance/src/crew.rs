//! Tests run in processes of their own, several at a time: a crash, a hang or a test that takes all memory is the
//! failure of that test alone.

use crate::engines::Engine;
use crate::suite::{Suite, Test};
use crate::verdict::Verdict;
use crate::worker::Report;
use anyhow::{Context, Result, bail};
use maasm_tests::watched::Watched;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

/// The longest that an engine may take to be ready: it compiles a module.
const START: Duration = Duration::from_secs(120);

/// How to start workers, and what a test may take.
pub struct Crew {
    /// The program that has the subcommand `worker`.
    pub program: PathBuf,
    /// How many work at a time.
    pub size: usize,
    /// The longest that a test may take. The slowest takes a second.
    pub time: Duration,
    /// The most memory that a worker may take, in bytes.
    pub memory: u64,
}

impl Crew {
    /// A crew of as many workers as there are processors.
    pub fn new(program: &Path) -> Self {
        let size = thread::available_parallelism().map_or(1, Into::into);
        Self { program: program.into(), size, time: Duration::from_secs(30), memory: 3 << 30 }
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
        worker: Option<Watched<Report>>,
        engine: Engine,
        suite: &Suite,
        test: &Test,
    ) -> Result<(Option<Watched<Report>>, Verdict)> {
        let mut worker = match worker {
            Some(worker) => worker,
            None => start(&self.program, engine, suite)?,
        };
        let mut stage = String::from("starting");
        // A worker that is gone answers nothing, which is noticed below.
        let _ = worker.tell(&test.name);
        loop {
            match worker.wait(self.time, self.memory) {
                Ok(Report::Done(verdict)) => return Ok((Some(worker), verdict)),
                Ok(Report::Stage(begun)) => stage = begun,
                Ok(Report::Ready) => (),
                Err(end) => return Ok((None, Verdict::failed(format!("{stage}: {end}")))),
            }
        }
    }
}

/// Starts a worker and waits until it is ready.
fn start(program: &Path, engine: Engine, suite: &Suite) -> Result<Watched<Report>> {
    let mut command = Command::new(program);
    command.args(["worker", engine.name()]).arg(&suite.folder);
    // What tract has to say about strange models is of no interest here.
    if engine == Engine::Tract {
        command.stderr(Stdio::null());
    }
    let mut worker = Watched::start(&mut command).with_context(|| format!("cannot start {}", program.display()))?;
    match worker.wait(START, u64::MAX) {
        Ok(_) => Ok(worker),
        Err(end) => bail!("a worker for {} is not ready: it {end}", engine.name()),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::category::Category;
    use crate::verdict::Status;
    use std::os::unix::fs::PermissionsExt;

    /// A worker that passes every test but a few.
    const WORKER: &str = r#"#!/bin/sh
        echo '"Ready"'
        while read name; do
            echo '{"Stage":"working"}'
            case $name in
                crash) kill -SEGV $$ ;;
                hang) exec sleep 60 ;;
                chatter) echo 'what a library prints' ;;
            esac
            echo '{"Done":{"status":"passed","reason":"","detail":""}}'
        done"#;

    fn test(name: &str) -> Test {
        Test {
            name: name.into(),
            operator: "Add".into(),
            category: Category::Ordinary,
            inputs: Vec::new(),
            outputs: Vec::new(),
            relative_tolerance: 0.0,
            absolute_tolerance: 0.0,
            broken: None,
        }
    }

    /// What a crew makes of tests of these names.
    fn verdicts(names: &[&str], limits: impl FnOnce(Crew) -> Crew) -> Vec<Verdict> {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("worker");
        std::fs::write(&program, WORKER).unwrap();
        std::fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).unwrap();
        let crew = limits(Crew { size: 2, ..Crew::new(&program) });
        let tests: Vec<Test> = names.iter().map(|name| test(name)).collect();
        let suite = Suite { onnx: String::new(), tests: Vec::new(), folder: folder.path().into() };
        crew.run(Engine::Maasm, &suite, &tests.iter().collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn a_crash_or_a_hang_is_the_failure_of_one_test_alone() {
        let limit = |crew| Crew { time: Duration::from_secs(1), ..crew };
        let verdicts = verdicts(&["first", "crash", "chatter", "hang", "last"], limit);
        let passed: Vec<bool> = verdicts.iter().map(|verdict| verdict.status == Status::Passed).collect();
        assert_eq!(passed, [true, false, true, false, true], "{verdicts:?}");
        assert!(verdicts[1].reason.starts_with("working: ends with signal: 11"), "{}", verdicts[1].reason);
        assert_eq!(verdicts[3].reason, "working: takes more than 1 s");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_test_that_takes_too_much_memory_fails() {
        let verdicts = verdicts(&["hang"], |crew| Crew { memory: 1, ..crew });
        assert_eq!(verdicts[0].reason, "working: takes more than 0 MiB of memory");
    }
}
