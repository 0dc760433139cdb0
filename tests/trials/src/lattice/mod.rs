//! Hosts of wasmCloud that NATS joins serve the composed component. One is killed, and requests go on.
//!
//! `wash host` takes its orders over NATS, from whoever gives them: on Kubernetes wasmCloud's operator, here a script that
//! says the same. It pulls the component from an OCI registry, as in a cluster.
//!
//! # Layout
//! - `nats`: the server that joins them, and the script; `hosts`: the hosts

mod hosts;
mod nats;

use crate::client::{Answer, Client};
use anyhow::{Context, Result, anyhow, bail, ensure};
use hosts::Host;
use maasm_tests::docker::Docker;
use nats::Nats;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// What is to be done.
#[derive(Clone, Debug)]
pub struct Settings {
    /// wasmCloud's program.
    pub wash: PathBuf,
    /// The NATS server's program.
    pub nats_server: PathBuf,
    /// A Python with the package `nats-py`.
    pub python: PathBuf,
    /// The composed component.
    pub service: PathBuf,
    /// What is sent to `/api/v1/recognize`.
    pub picture: Vec<u8>,
    /// An empty folder.
    pub folder: PathBuf,
    /// How many hosts there are.
    pub hosts: usize,
    /// How many requests are sent before one is killed, and how many after.
    pub requests: usize,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Requests that were answered while all hosts lived.
    pub before: usize,
    /// Requests that were answered after one was killed.
    pub after: usize,
    /// How often a request was sent once more, because the host that it went to was gone.
    pub sent_again: usize,
}

/// What the component is called: its name in the registry, and the name that requests ask for.
const NAME: &str = "service";

/// Starts the hosts, lets them serve the component, kills the first and asks on.
///
/// # Errors
/// If something does not start, a request gets no answer from any host, or one gets another answer than the first did.
pub fn run(settings: &Settings, registry: &Docker) -> Result<Summary> {
    let image = push(settings, registry)?;
    let nats = Nats::start(settings)?;
    // It listens before there is a host to be heard.
    let scheduler = nats.scheduler(settings, &image)?;
    let hosts = (0..settings.hosts).map(|index| Host::start(settings, &nats, index)).collect::<Result<Vec<_>>>()?;
    scheduler.finish()?;
    let mut asking = Asking { hosts, picture: &settings.picture, expected: None, turn: 0, summary: Summary::default() };
    for _ in 0..settings.requests {
        asking.ask()?;
        asking.summary.before += 1;
    }
    ensure!(asking.summary.sent_again == 0, "a host did not answer while all lived");
    asking.hosts[0].kill()?;
    for _ in 0..settings.requests {
        asking.ask()?;
        asking.summary.after += 1;
    }
    Ok(asking.summary)
}

/// Puts the component into the registry, and tells what it is called there.
fn push(settings: &Settings, registry: &Docker) -> Result<String> {
    let image = format!("{}/{NAME}:1.0.0", registry.address);
    let mut wash = Command::new(&settings.wash);
    wash.env("HOME", &settings.folder).current_dir(&settings.folder);
    wash.args(["--non-interactive", "oci", "push", "--insecure", &image]).arg(&settings.service);
    let output = wash.output().context("cannot start wash")?;
    ensure!(output.status.success(), "wash oci push: {}", String::from_utf8_lossy(&output.stderr));
    Ok(image)
}

/// Requests that go to the hosts by turns, as a load balancer sends them.
struct Asking<'a> {
    hosts: Vec<Host>,
    picture: &'a [u8],
    expected: Option<serde_json::Value>,
    turn: usize,
    summary: Summary,
}

impl Asking<'_> {
    /// Asks the next host, or the one after it where that is gone.
    fn ask(&mut self) -> Result<()> {
        for attempt in 0..self.hosts.len() {
            self.turn += 1;
            let client = &self.hosts[self.turn % self.hosts.len()].client;
            let Ok(answer) = client.post("/api/v1/recognize", self.picture) else { continue };
            self.summary.sent_again += attempt;
            return self.check(answer);
        }
        bail!("no host answers")
    }

    fn check(&mut self, answer: Answer) -> Result<()> {
        let predictions = &answer.body["predictions"];
        if answer.status != 200 || !predictions.is_array() {
            bail!("a host answers {answer:?}");
        }
        let expected = self.expected.get_or_insert_with(|| predictions.clone());
        ensure!(expected == predictions, "{predictions} is not what the first host answered");
        Ok(())
    }
}

/// A process that is killed when dropped.
struct Killed(Child);

impl Killed {
    /// Starts a program whose output goes to a file.
    fn start(command: &mut Command, log: &Path) -> Result<Self> {
        let log = std::fs::File::create(log)?;
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        Ok(Self(command.spawn().with_context(|| format!("cannot start {:?}", command.get_program()))?))
    }

    fn kill(&mut self) -> Result<()> {
        self.0.kill()?;
        self.0.wait()?;
        Ok(())
    }
}

impl Drop for Killed {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.kill();
    }
}

/// An address that nobody listens on.
fn free() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

/// A client that asks whoever listens there for the component.
fn client(address: SocketAddr) -> Client {
    Client::with_host(address, NAME)
}

/// Why nothing can be read of a process.
fn silent() -> anyhow::Error {
    anyhow!("it ends without a word")
}
