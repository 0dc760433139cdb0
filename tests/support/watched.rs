//! A process that tells what it does, one report on a line, and whose time and memory are watched.

use serde::de::DeserializeOwned;
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

    /// The next report; or how the process ended, or which of the limits it passed: time until the report, or bytes of
    /// memory.
    ///
    /// # Errors
    /// What the process does instead of reporting, as a verb with its object.
    pub fn wait(&mut self, time: Duration, memory: u64) -> Result<R, String> {
        let start = Instant::now();
        loop {
            match self.reports.recv_timeout(LOOK) {
                Ok(report) => return Ok(report),
                Err(RecvTimeoutError::Disconnected) => {
                    let status = self.process.wait().map_or_else(|error| error.to_string(), |s| s.to_string());
                    return Err(format!("ends with {status}"));
                }
                Err(RecvTimeoutError::Timeout) if start.elapsed() > time => {
                    return Err(format!("takes more than {} s", time.as_secs_f64()));
                }
                Err(RecvTimeoutError::Timeout) if taken(self.process.id()) > memory => {
                    return Err(format!("takes more than {} MiB of memory", memory >> 20));
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

/// The bytes of memory that a process takes, where the system tells.
fn taken(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) << 10
}
