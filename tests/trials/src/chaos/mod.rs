//! The server is killed at random moments. After every restart what it acknowledged is there, what it did not is there
//! whole or not at all, and a check of the folder finds nothing.
//!
//! The seed decides what is asked for and when the server is killed; how far it has come by then, the machine decides.
//!
//! # Layout
//! - `state`: what a model must look like, and what each change makes of it
//! - `operation`: changes as requests
//! - `writer`: a client that changes a model of its own, and one that all share
//! - `shared`: what is known of the model that all share
//! - `check`: what the folder says, beside what it must say

mod check;
mod operation;
mod shared;
mod state;
mod writer;

use crate::client::Client;
use crate::server::{Server, Starting, Victim};
use anyhow::{Context, Result, bail};
use fastrand::Rng;
use maasm_registry::Registry;
use maasm_tests::docker::Docker;
use shared::Shared;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use writer::Writer;

/// What is to be done.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The program.
    pub maasm: PathBuf,
    /// How often the server is killed.
    pub kills: u64,
    /// What the random choices begin with.
    pub seed: u64,
    /// How many clients write at once.
    pub clients: usize,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// What the random choices began with.
    pub seed: u64,
    /// How often the server was killed while clients wrote.
    pub while_writing: u64,
    /// And how often while it started or recovered.
    pub while_starting: u64,
    /// How many writes were acknowledged.
    pub acknowledged: u64,
    /// How many had no answer, and were found done.
    pub done: u64,
    /// And not done.
    pub not_done: u64,
    /// How many with an idempotency key were sent once more.
    pub retried: u64,
    /// How many versions were published and are still there.
    pub versions: u64,
    /// How many revisions of deployments there are.
    pub revisions: u64,
    /// How many jobs there were.
    pub jobs: u64,
    /// How many versions were pushed to another registry, and pulled from there in the end.
    pub pushed: u64,
    /// How long it took.
    pub took: Duration,
}

/// Clients write for at most so long before the server is killed.
const WRITING: u64 = 150;
/// After so many kills, that is told.
const TOLD: u64 = 50;
/// One restart in so many is cut short, too.
const CUT_SHORT: u64 = 5;

/// Kills the server so often. Whatever is wrong afterwards ends the trial, and the folder is kept.
///
/// # Errors
/// What is wrong, and where the folder is.
pub fn run(settings: &Settings) -> Result<Summary> {
    let folder = tempfile::tempdir()?;
    let mut trial = Trial::new(settings, folder.path());
    let start = Instant::now();
    let result = trial.run(settings.kills);
    let kills = trial.summary.while_writing + trial.summary.while_starting;
    let result = result.with_context(|| {
        format!(
            "with the seed {}, after {kills} kills; the folder is kept in {}",
            settings.seed,
            folder.path().display()
        )
    });
    if result.is_err() {
        let _ = folder.keep();
    }
    result.map(|()| Summary { took: start.elapsed(), ..trial.summary })
}

impl fmt::Display for Summary {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kills = self.while_writing + self.while_starting;
        let Self { seed, while_writing, while_starting, acknowledged, done, not_done, retried, .. } = self;
        writeln!(
            formatter,
            "seed {seed}: {kills} kills, {while_writing} while clients wrote and {while_starting} while \
                             the server started or recovered, in {:.0} s",
            self.took.as_secs_f64()
        )?;
        writeln!(
            formatter,
            "writes: {acknowledged} acknowledged, none lost; {} without an answer, of which {done} were \
                             done whole and {not_done} not at all; {retried} of them asked once more and done once",
            done + not_done
        )?;
        write!(
            formatter,
            "left: {} versions, {} revisions of deployments, {} jobs; every check clean, every version loads; {} versions \
             pushed, each pulled again",
            self.versions, self.revisions, self.jobs, self.pushed
        )
    }
}

struct Trial<'a> {
    maasm: &'a Path,
    data: PathBuf,
    log: PathBuf,
    random: Rng,
    writers: Vec<Writer>,
    shared: Shared,
    summary: Summary,
    /// Where versions are pushed to, if such a registry can be started.
    remote: Option<Docker>,
}

impl<'a> Trial<'a> {
    fn new(settings: &'a Settings, folder: &Path) -> Self {
        let mut random = Rng::with_seed(settings.seed);
        let remote = Docker::start();
        let address = remote.as_ref().map(|remote| remote.address);
        let writers = (0..settings.clients).map(|index| Writer::new(index, random.fork(), address)).collect();
        Self {
            maasm: &settings.maasm,
            data: folder.join("data"),
            log: folder.join("log"),
            random,
            writers,
            shared: Shared::default(),
            summary: Summary { seed: settings.seed, ..Summary::default() },
            remote,
        }
    }

    fn run(&mut self, kills: u64) -> Result<()> {
        self.prepare()?;
        let mut cut_short = false;
        for kill in 1..=kills {
            // Never twice in a row: a job that was begun three times in vain is given up, as it should be.
            cut_short = !cut_short && self.random.u64(..CUT_SHORT) == 0;
            if cut_short { self.kill_while_starting() } else { self.kill_while_writing() }?;
            check::folder(&self.data)?;
            if kill % TOLD == 0 {
                eprintln!("  {kill} of {kills} kills");
            }
        }
        self.finish()
    }

    /// Publishes what is shared.
    fn prepare(&mut self) -> Result<()> {
        let server = Server::start(self.maasm, &self.data, &self.log)?;
        self.shared.publish(&Client::new(server.address))
    }

    fn kill_while_starting(&mut self) -> Result<()> {
        let starting = Starting::begin(self.maasm, &self.data, &self.log)?;
        // Mostly while the folder is opened, sometimes while jobs are done that were left.
        let longest = if self.random.u64(..3) == 0 { 1500 } else { 80 };
        std::thread::sleep(Duration::from_micros(self.random.u64(..longest * 1000)));
        drop(starting);
        self.summary.while_starting += 1;
        Ok(())
    }

    fn kill_while_writing(&mut self) -> Result<()> {
        let server = Server::start(self.maasm, &self.data, &self.log)?;
        self.settle(&server)?;
        let (address, shared) = (server.address, &self.shared);
        let patience = Duration::from_micros(self.random.u64(..WRITING * 1000));
        let victim = if self.random.bool() { Victim::Group } else { Victim::Server };
        std::thread::scope(|scope| {
            let work = |writer: &'_ mut Writer| writer.work(&Client::new(address), shared);
            let writing: Vec<_> = self.writers.iter_mut().map(|writer| scope.spawn(move || work(writer))).collect();
            std::thread::sleep(patience);
            server.kill(victim);
            writing.into_iter().try_for_each(|writer| writer.join().expect("a writer does not panic"))
        })?;
        self.summary.while_writing += 1;
        Ok(())
    }

    /// Waits for what was taken on, compares everything with what it must be, and asks once more for what had no answer.
    fn settle(&mut self, server: &Server) -> Result<()> {
        let client = Client::new(server.address);
        let registry = Registry::open(&self.data)?;
        self.summary.jobs = check::jobs(&registry, &client)?;
        for writer in &mut self.writers {
            writer.settle(&registry, &client, &mut self.summary)?;
        }
        self.shared.settle(&registry, &client, &mut self.summary)
    }

    /// Everything once more, each version too, and nothing is left over.
    fn finish(&mut self) -> Result<()> {
        let server = Server::start(self.maasm, &self.data, &self.log)?;
        self.settle(&server)?;
        let client = Client::new(server.address);
        for writer in &mut self.writers {
            writer.forget_what_was_tried();
            writer.try_versions(&client)?;
            self.summary.acknowledged += writer.acknowledged;
            self.summary.versions += writer.state.versions.len() as u64;
            self.summary.revisions += writer.state.revisions.len() as u64;
        }
        self.summary.revisions += self.shared.revisions();
        if self.remote.is_some() {
            let pulled = self.data.with_file_name("pulled");
            for writer in &self.writers {
                self.summary.pushed += check::pushed(self.maasm, &pulled, &writer.pushed)?;
            }
        }
        check::leftovers(&self.data, &client)?;
        let checked =
            client.post("/api/v1/fsck", b"").map_err(|lost| anyhow::anyhow!("no answer to fsck: {}", lost.0))?;
        if !checked.is_success() || checked.body["findings"].as_array().is_none_or(|findings| !findings.is_empty()) {
            bail!("the server's own check finds something: {}", checked.body);
        }
        Ok(())
    }
}
