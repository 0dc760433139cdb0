//! All hosts side by side.

use super::command::Invocation;
use super::embedded::Embedded;
use super::served::{Served, wash_dev};
use super::{Host, Running, programs};
use anyhow::{Context, Result, bail};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What the hosts get.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The program `maasm`.
    pub maasm: PathBuf,
    /// The model's name.
    pub model: String,
    /// The component.
    pub component: PathBuf,
    /// The same component composed with the HTTP service, for hosts that serve components.
    pub service: Option<PathBuf>,
    /// A picture of at most 30 KB.
    pub picture: PathBuf,
    /// A folder that is empty, for what some hosts need beside the component.
    pub folder: PathBuf,
}

/// How a host is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// Over HTTP.
    Served,
    /// By a program that has the model inside.
    Embedded,
    /// By a run of a program for each answer.
    Command,
}

/// What came of one host.
#[derive(Clone, Debug)]
pub struct Compared {
    /// What it is called, and which version it is.
    pub name: String,
    /// How it is asked.
    pub sort: Sort,
    /// From the program's start to the first answer: the first time, and the median of the later ones.
    pub starts: [Duration; 2],
    /// The median time of one more answer.
    pub answer: Duration,
    /// Whether every output has the bits that the first host gave.
    pub same: bool,
    /// How many answers were compared.
    pub answers: usize,
}

/// The hosts that are there, this project's own first. Those that are not are printed.
///
/// # Errors
/// If one that is there does not tell its version, or the component cannot be made ready for it.
pub fn hosts(settings: &Settings) -> Result<Vec<Host>> {
    let Settings { maasm, model, component, service, picture, folder } = settings.clone();
    let mut hosts = Vec::new();
    let mut add = |name, version: String, sort, start: Box<dyn Fn() -> Result<Box<dyn Running>>>| {
        hosts.push(Host { name, version, sort, start });
    };
    let serve = {
        let (model, picture) = (model.clone(), picture.clone());
        move |make: &dyn Fn(std::net::SocketAddr) -> Result<Command>| -> Result<Box<dyn Running>> {
            Ok(Box::new(Served::start(&model, &picture, make)?))
        }
    };
    {
        let (version, serve, component) = (programs::version(&maasm)?, serve.clone(), component.clone());
        let start = move || {
            serve(&|address| {
                let mut command = Command::new(&maasm);
                command.arg("serve").arg(&component).args(["--listen", &address.to_string()]).stderr(Stdio::null());
                Ok(command)
            })
        };
        add("maasm serve", version, Sort::Served, Box::new(start));
    }
    if let (Some(service), Some(wasmtime)) = (service.clone(), programs::wasmtime()) {
        let (version, serve) = (programs::version(&wasmtime)?, serve.clone());
        let start = move || {
            serve(&|address| {
                let mut command = Command::new(&wasmtime);
                command.args(["serve", "--addr", &address.to_string()]).arg(&service).stderr(Stdio::null());
                Ok(command)
            })
        };
        add("wasmtime serve", version, Sort::Served, Box::new(start));
    }
    if let (Some(service), Some(wash)) = (service, programs::wash()) {
        let (version, project) = (programs::version(&wash)?, folder.join("wash"));
        let start = move || serve(&|address| wash_dev(&wash, &service, &project, address));
        add("wasmCloud: wash dev", version, Sort::Served, Box::new(start));
    }
    if let Some(wasmtime) = programs::wasmtime() {
        let (version, component) = (programs::version(&wasmtime)?, component.clone());
        let picture = std::fs::read(&picture)?;
        let start = move || -> Result<Box<dyn Running>> {
            Ok(Box::new(Invocation::new(wasmtime.clone(), component.clone(), &picture)))
        };
        add("wasmtime run --invoke", version, Sort::Command, Box::new(start));
    }
    if let Some(jco) = programs::jco() {
        let version = programs::node_version(&jco)?;
        let module = programs::transpile(&jco, &component, &folder.join("module"))?;
        let picture = picture.clone();
        let start = move || -> Result<Box<dyn Running>> {
            let mut command = programs::node()?;
            command.arg(programs::file("tests/trials/src/hosts/embedded.mjs")).args([&module, &picture]);
            Ok(Box::new(Embedded::start(&mut command)?))
        };
        add("Node", version, Sort::Embedded, Box::new(start));
    }
    if let Some(python) = programs::python_with_wasmtime() {
        let version = programs::python_version(&python, "wasmtime")?;
        let start = move || -> Result<Box<dyn Running>> {
            let mut command = Command::new(&python);
            command.arg(programs::file("tests/trials/src/hosts/embedded.py")).args([&component, &picture]);
            Ok(Box::new(Embedded::start(&mut command)?))
        };
        add("Python: wasmtime", version, Sort::Embedded, Box::new(start));
    }
    Ok(hosts)
}

/// Starts every host so often, by turns, asks it so often, and compares the answers.
///
/// # Errors
/// If a host fails.
pub fn run(settings: &Settings, rounds: usize, requests: usize) -> Result<Vec<Compared>> {
    let hosts = hosts(settings)?;
    let mut expected: Option<Vec<u32>> = None;
    let mut measured: Vec<Measured> = hosts.iter().map(|_| Measured::default()).collect();
    for _ in 0..rounds {
        for (host, measured) in hosts.iter().zip(&mut measured) {
            let mut take = |values: Vec<f32>| {
                let bits: Vec<u32> = values.into_iter().map(f32::to_bits).collect();
                measured.same.push(*expected.get_or_insert_with(|| bits.clone()) == bits && !bits.is_empty());
            };
            let start = Instant::now();
            let mut running = host.start().with_context(|| host.name)?;
            take(running.infer().with_context(|| host.name)?);
            measured.starts.push(start.elapsed());
            for _ in 0..requests {
                let start = Instant::now();
                let values = running.infer().with_context(|| host.name)?;
                measured.answers.push(start.elapsed());
                take(values);
            }
        }
    }
    hosts.into_iter().zip(measured).map(|(host, measured)| measured.compared(&host)).collect()
}

/// What was measured of one host.
#[derive(Default)]
struct Measured {
    starts: Vec<Duration>,
    answers: Vec<Duration>,
    same: Vec<bool>,
}

impl Measured {
    fn compared(self, host: &Host) -> Result<Compared> {
        let [first, later @ ..] = &self.starts[..] else { bail!("{} was never started", host.name) };
        Ok(Compared {
            name: format!("{} {}", host.name, host.version),
            sort: host.sort,
            starts: [*first, median(if later.is_empty() { &self.starts } else { later })],
            answer: median(if self.answers.is_empty() { &self.starts } else { &self.answers }),
            same: self.same.iter().all(|same| *same),
            answers: self.same.len(),
        })
    }
}

fn median(times: &[Duration]) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort();
    sorted[sorted.len() / 2]
}
