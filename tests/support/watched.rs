//! A process that tells what it does, one report on a line, and whose time and memory are watched.

use serde::de::DeserializeOwned;
use std::fmt;
use std::io::{self, BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

/// How often time and memory are looked at.
const LOOK: Duration = Duration::from_millis(50);

/// A running process. It ends when this is dropped.
pub struct Watched<R> {
    process: Child,
    reports: Receiver<R>,
}

impl<R: DeserializeOwned + Send + 'static> Watched<R> {
    /// Starts a program that writes reports as JSON to its standard output.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn start(command: &mut Command) -> io::Result<Self> {
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let output = BufReader::new(process.stdout.take().expect("it is piped"));
        let (sender, reports) = channel();
        thread::spawn(move || {
            // Lines that are no reports were printed by a library.
            let read = output.lines().map_while(Result::ok).filter_map(|line| serde_json::from_str(&line).ok());
            read.map(|report| sender.send(report)).all(|sent| sent.is_ok())
        });
        Ok(Self { process, reports })
    }

    /// Gives the process a line to read.
    ///
    /// # Errors
    /// If it is gone.
    pub fn tell(&mut self, line: &str) -> io::Result<()> {
        writeln!(self.process.stdin.as_mut().expect("it is piped"), "{line}")
    }

    /// The time that processors have spent on the process and on those that it started and that have ended, where the
    /// system tells.
    pub fn busy(&self) -> Option<Duration> {
        busy(&self.process.id().to_string())
    }

    /// The next report.
    ///
    /// # Errors
    /// What the process does instead of reporting within this time and with these bytes of memory.
    pub fn wait(&mut self, time: Duration, memory: u64) -> Result<R, Instead> {
        let start = Instant::now();
        loop {
            match self.reports.recv_timeout(LOOK) {
                Ok(report) => return Ok(report),
                Err(RecvTimeoutError::Disconnected) => {
                    let status = self.process.wait().map_or_else(|error| error.to_string(), |s| s.to_string());
                    return Err(Instead::Ends(status));
                }
                Err(RecvTimeoutError::Timeout) if start.elapsed() > time => {
                    return Err(Instead::TakesTime(time));
                }
                Err(RecvTimeoutError::Timeout) if taken(self.process.id()) > memory => {
                    return Err(Instead::TakesMemory(memory));
                }
                Err(RecvTimeoutError::Timeout) => (),
            }
        }
    }
}

impl<R> Drop for Watched<R> {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What a process does instead of reporting; its text is a verb with its object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Instead {
    /// It has ended, in this way.
    Ends(String),
    /// It takes more than this time.
    TakesTime(Duration),
    /// It takes more than these bytes of memory.
    TakesMemory(u64),
}

impl fmt::Display for Instead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ends(status) => write!(f, "ends with {status}"),
            Self::TakesTime(time) => write!(f, "takes more than {} s", time.as_secs_f64()),
            Self::TakesMemory(memory) => write!(f, "takes more than {} MiB of memory", memory >> 20),
        }
    }
}

/// The time that processors have spent on a process, which is a number or `self`, and on those that it started and that
/// have ended, where the system tells.
pub fn busy(process: &str) -> Option<Duration> {
    // In hundredths of a second on every Linux; see proc_pid_stat(5).
    const TICK: u64 = 10;
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name in brackets may hold anything; what follows it begins with the third field.
    let fields = stat.rsplit_once(')')?.1.split_whitespace();
    let ticks: u64 = fields.skip(11).take(4).map(|field| field.parse().unwrap_or(0)).sum();
    Some(Duration::from_millis(ticks * TICK))
}

/// The bytes of memory that a process takes, where the system tells.
fn taken(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) << 10
}
