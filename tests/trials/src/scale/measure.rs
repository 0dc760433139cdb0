//! What one start of a server takes.

use super::MODEL;
use crate::client::Client;
use crate::server::Server;
use anyhow::{Result, anyhow, bail};
use fastrand::Rng;
use semver::Version;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A data folder, and the versions in it that can be asked.
pub struct Subject {
    pub folder: PathBuf,
    pub asked: Vec<Asked>,
}

/// A version, and the file of its compiled code.
pub struct Asked {
    pub version: Version,
    pub code: PathBuf,
}

/// What starts took. Times in milliseconds, memory in MiB.
#[derive(Clone, Debug, Default)]
pub struct Measured {
    /// From the program's start to the first answer.
    pub start: Vec<f64>,
    /// In use before anything is asked.
    pub memory: Vec<f64>,
    /// The first request to a version that is not in memory, with its code on disk.
    pub first: Vec<f64>,
    /// And without: it is compiled.
    pub compiled: Vec<f64>,
    /// One more request to it.
    pub warm: Vec<f64>,
}

/// Versions that are asked first in one start, and warm requests to each.
const FIRST: usize = 5;
const WARM: usize = 20;

impl Measured {
    pub fn add(&mut self, other: Self) {
        self.start.extend(other.start);
        self.memory.extend(other.memory);
        self.first.extend(other.first);
        self.compiled.extend(other.compiled);
        self.warm.extend(other.warm);
    }
}

/// Starts the server twice: with its models' code on disk, and with one's removed.
pub fn start(maasm: &Path, subject: &Subject, picture: &[u8], log: &Path, random: &mut Rng) -> Result<Measured> {
    let mut measured = Measured::default();
    let mut asked = random.choose_multiple(&subject.asked, FIRST);
    random.shuffle(&mut asked);
    {
        let server = begin(maasm, subject, log, &mut measured)?;
        let client = Client::new(server.address);
        for Asked { version, .. } in &asked {
            measured.first.push(ask(&client, version, picture)?);
            for _ in 0..WARM {
                measured.warm.push(ask(&client, version, picture)?);
            }
        }
    }
    fs::remove_file(&asked[0].code)?;
    let server = begin(maasm, subject, log, &mut measured)?;
    measured.compiled.push(ask(&Client::new(server.address), &asked[0].version, picture)?);
    Ok(measured)
}

fn begin(maasm: &Path, subject: &Subject, log: &Path, measured: &mut Measured) -> Result<Server> {
    let start = Instant::now();
    let server = Server::start(maasm, &subject.folder, log)?;
    let answer = Client::new(server.address).get("/healthz").map_err(|lost| anyhow!("no answer: {}", lost.0))?;
    if answer.status != 200 {
        bail!("the server is not well: {answer:?}");
    }
    measured.start.push(milliseconds(start.elapsed()));
    measured.memory.push(server.resident()? as f64 / f64::from(1 << 20));
    Ok(server)
}

fn ask(client: &Client, version: &Version, picture: &[u8]) -> Result<f64> {
    let start = Instant::now();
    let answer = client.post(&format!("/api/v1/recognize?model={MODEL}&version={version}"), picture);
    let answer = answer.map_err(|lost| anyhow!("no answer from {version}: {}", lost.0))?;
    if answer.status != 200 || answer.body["version"] != version.to_string() {
        bail!("{version} answers {answer:?}");
    }
    Ok(milliseconds(start.elapsed()))
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}
