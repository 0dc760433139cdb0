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

/// Warm requests after the first one.
const WARM: usize = 20;

/// What a server is measured with.
pub struct Meter<'a> {
    pub maasm: &'a Path,
    pub picture: Vec<u8>,
    pub log: PathBuf,
}

impl Meter<'_> {
    /// Starts the server and asks a random version, whose code is on disk.
    pub fn with_code(&self, subject: &Subject, random: &mut Rng, measured: &mut Measured) -> Result<()> {
        let server = self.begin(subject, measured)?;
        let client = Client::new(server.address);
        let version = &subject.asked[random.usize(..subject.asked.len())].version;
        measured.first.push(self.ask(&client, version)?);
        for _ in 0..WARM {
            measured.warm.push(self.ask(&client, version)?);
        }
        Ok(())
    }

    /// Starts the server and asks a random version, whose code was removed.
    pub fn without_code(&self, subject: &Subject, random: &mut Rng, measured: &mut Measured) -> Result<()> {
        let asked = &subject.asked[random.usize(..subject.asked.len())];
        fs::remove_file(&asked.code)?;
        let server = self.begin(subject, measured)?;
        measured.compiled.push(self.ask(&Client::new(server.address), &asked.version)?);
        Ok(())
    }

    fn begin(&self, subject: &Subject, measured: &mut Measured) -> Result<Server> {
        let start = Instant::now();
        let server = Server::start(self.maasm, &subject.folder, &self.log)?;
        let answer = Client::new(server.address).get("/healthz").map_err(|lost| anyhow!("no answer: {}", lost.0))?;
        if answer.status != 200 {
            bail!("the server is not well: {answer:?}");
        }
        measured.start.push(milliseconds(start.elapsed()));
        measured.memory.push(server.resident()? as f64 / f64::from(1 << 20));
        Ok(server)
    }

    fn ask(&self, client: &Client, version: &Version) -> Result<f64> {
        let start = Instant::now();
        let answer = client.post(&format!("/api/v1/recognize?model={MODEL}&version={version}"), &self.picture);
        let answer = answer.map_err(|lost| anyhow!("no answer from {version}: {}", lost.0))?;
        if answer.status != 200 || answer.body["version"] != version.to_string() {
            bail!("{version} answers {answer:?}");
        }
        Ok(milliseconds(start.elapsed()))
    }
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}
