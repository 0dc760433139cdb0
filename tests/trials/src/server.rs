//! The program as a server, which may be killed.

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// `maasm serve` on a free port of this machine, in a process group of its own; killed when dropped.
pub struct Server {
    process: Child,
    pub address: SocketAddr,
}

/// The server's program, which may not serve yet.
pub struct Starting {
    process: Option<Child>,
}

/// Who is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Victim {
    /// The server alone: a process that compiles for it lives on.
    Server,
    /// The server and every process that it has started.
    Group,
}

impl Starting {
    /// Starts the program on a data folder; its log is added to the file.
    pub fn begin(maasm: &Path, folder: &Path, log: &Path) -> Result<Self> {
        let log = File::options().create(true).append(true).open(log)?;
        let mut command = Command::new(maasm);
        command.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(folder);
        command.stdout(Stdio::piped()).stderr(log).process_group(0);
        let process = command.spawn().with_context(|| format!("cannot start {}", maasm.display()))?;
        Ok(Self { process: Some(process) })
    }

    /// Waits until it serves.
    pub fn ready(mut self) -> Result<Server> {
        let process = self.process.as_mut().expect("it is taken once");
        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("it is piped")).read_line(&mut line)?;
        let address = line.trim().strip_prefix("serving on http://").and_then(|address| address.parse().ok());
        let address = address.with_context(|| format!("the server does not start, it says {line:?}"))?;
        Ok(Server { process: self.process.take().expect("it is taken once"), address })
    }
}

impl Drop for Starting {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            end(process, Victim::Group);
        }
    }
}

impl Server {
    /// Starts the program and waits until it serves.
    pub fn start(maasm: &Path, folder: &Path, log: &Path) -> Result<Self> {
        Starting::begin(maasm, folder, log)?.ready()
    }

    /// Kills it as `kill -9` does.
    pub fn kill(mut self, victim: Victim) {
        end(&mut self.process, victim);
    }

    /// How much of its memory is in use, in bytes.
    pub fn resident(&self) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? * 1024)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        end(&mut self.process, Victim::Group);
    }
}

/// Kills, and waits until the process is gone. Once is enough: its id may be another's by then.
fn end(process: &mut Child, victim: Victim) {
    if let Ok(Some(_)) = process.try_wait() {
        return;
    }
    let id = i32::try_from(process.id()).ok().and_then(Pid::from_raw).expect("a process has an id");
    let killed = match victim {
        Victim::Server => kill_process(id, Signal::KILL),
        Victim::Group => kill_process_group(id, Signal::KILL),
    };
    killed.expect("it is this process's child");
    process.wait().expect("it is this process's child");
}
