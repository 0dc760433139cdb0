//! Versions take turns while requests come: none fails, and none is answered by a version that was not live at any
//! moment between its beginning and its end.
//!
//! # Layout
//! - `turns`: deploys and rolls back, and notes when; `checker`: a client that compares each answer with that
//! - `wrk`: the load, by the program of that name

mod checker;
mod turns;
mod wrk;

use crate::client::Client;
use crate::models;
use crate::server::Server;
use anyhow::{Result, anyhow, bail};
use checker::Checked;
use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use turns::Turns;

/// What is to be done.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The program.
    pub maasm: PathBuf,
    /// How long the load lasts.
    pub duration: Duration,
    /// How long a version is live.
    pub turn: Duration,
    /// How many clients check every answer.
    pub checkers: usize,
    /// How many connections `wrk` holds besides, if it is there.
    pub wrk: Option<usize>,
}

/// What came of it; nothing went wrong.
#[derive(Clone, Debug)]
pub struct Summary {
    /// How often versions were deployed or rolled back.
    pub turns: usize,
    /// How many answers were compared with what was live.
    pub checked: u64,
    /// How many of them came while versions changed.
    pub between: u64,
    /// What `wrk` tells.
    pub load: Option<wrk::Load>,
}

const MODEL: &str = "animals";
const VERSIONS: [&str; 2] = ["1.0.0", "1.1.0"];

/// Lets versions take turns under load.
///
/// # Errors
/// If a request fails or is answered by a version that was not live.
pub fn run(settings: &Settings) -> Result<Summary> {
    let folder = tempfile::tempdir()?;
    let server = Server::start(&settings.maasm, &folder.path().join("data"), &folder.path().join("log"))?;
    let client = Client::new(server.address);
    for version in VERSIONS {
        let answer = client.post("/api/v1/model?wait=true", &models::network(MODEL, version)?);
        let answer = answer.map_err(|lost| anyhow!("no answer: {}", lost.0))?;
        if answer.status != 201 {
            bail!("{version} is not published: {}", answer.body);
        }
    }
    let picture = models::picture()?;
    let ended = AtomicBool::new(false);
    let mut turns = Turns::begin(&client)?;
    let (outcome, load) = std::thread::scope(|scope| {
        let check = || checker::check(&Client::new(server.address), &picture, &ended);
        let checkers: Vec<_> = (0..settings.checkers).map(|_| scope.spawn(check)).collect();
        let turning = scope.spawn(|| turns.take(&client, settings.turn, &ended));
        let load = match settings.wrk {
            Some(connections) => {
                wrk::run(server.address, connections, settings.duration, &picture, folder.path()).map(Some)
            }
            None => {
                std::thread::sleep(settings.duration);
                Ok(None)
            }
        };
        ended.store(true, Ordering::Relaxed);
        let turned = turning.join().expect("it does not panic");
        let answers: Result<Vec<_>> = checkers.into_iter().map(|one| one.join().expect("it does not panic")).collect();
        (turned.and(answers), load)
    });
    let mut checked = Checked::default();
    for answer in outcome?.iter().flatten() {
        checked.compare(answer, &turns)?;
    }
    Ok(Summary { turns: turns.count(), checked: checked.answers, between: checked.between, load: load? })
}

impl fmt::Display for Summary {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(load) = &self.load {
            writeln!(formatter, "wrk: {} answers, {:.0} a second, none failed", load.answers, load.per_second)?;
        }
        let Self { turns, checked, between, .. } = self;
        write!(
            formatter,
            "{turns} times another version was deployed or rolled back to; of {checked} answers that were checked, {between} \
             while that happened, none failed and none was by a version that was not live"
        )
    }
}
