//! The process that makes a component.

use super::Error;
use serde_json::Value;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::Command;

/// `maasm package`, within limits.
#[derive(Clone, Copy, Debug)]
pub struct Compiler {
    /// Bytes of memory.
    pub memory: u64,
    /// How long it may take.
    pub timeout: Duration,
}

/// A reason for which there is no component.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoComponent {
    /// The model cannot be made one, as it is asked for.
    #[error("{0}")]
    Refused(String),
    /// The machine fails.
    #[error("{0}")]
    Machine(String),
}

impl From<NoComponent> for Error {
    fn from(error: NoComponent) -> Self {
        match error {
            NoComponent::Refused(why) => Self::Optimization(why),
            NoComponent::Machine(why) => Self::Machine(why),
        }
    }
}

/// Errors that the operating system has of itself, not of the files that it is asked for: input and output fails, no memory,
/// no permission, too many files, too large a file, no space, nothing may be written, the quota is used up.
const OF_MACHINE: [i32; 9] = [5, 12, 13, 23, 24, 27, 28, 30, 122];

/// The longest message of the process that is told, in bytes.
const LONGEST: u64 = 64 << 10;

impl Compiler {
    /// One that takes as much memory and time as it needs.
    pub const UNLIMITED: Self = Self { memory: u64::MAX, timeout: Duration::from_secs(365 * 24 * 60 * 60) };

    /// Runs it with these arguments in this folder, and tells each stage that it comes to. Dropped, the process ends.
    ///
    /// # Errors
    /// Why there is no component, in a sentence.
    pub async fn run(&self, arguments: &[String], folder: &Path, stage: impl FnMut(&str)) -> Result<(), NoComponent> {
        let limited = tokio::time::timeout(self.timeout, self.unlimited(arguments, folder, stage)).await;
        limited.unwrap_or_else(|_| {
            let seconds = self.timeout.as_secs();
            Err(NoComponent::Refused(format!("compiling took longer than {seconds} s; raise --compile-timeout")))
        })
    }

    async fn unlimited(
        &self,
        arguments: &[String],
        folder: &Path,
        mut stage: impl FnMut(&str),
    ) -> Result<(), NoComponent> {
        let lost = |what: &str, error: std::io::Error| NoComponent::Machine(format!("{what}: {error}"));
        let program = std::env::current_exe().map_err(|error| lost("this program cannot be found", error))?;
        let mut command = Command::new(program);
        command
            .args(["package", "--progress=json", "--end-with-input", &format!("--memory-limit={}B", self.memory)])
            .args(arguments);
        // A backtrace would hide the message.
        command.env_remove("RUST_BACKTRACE").env_remove("RUST_LIB_BACKTRACE");
        command.current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = command.kill_on_drop(true).spawn().map_err(|error| lost("no process for it", error))?;
        // Ends when this process does, however it ends; and with it the other one.
        let _input = process.stdin.take();
        let mut lines = BufReader::new(process.stdout.take().expect("it is piped")).lines();
        let mut complaints = process.stderr.take().expect("it is piped").take(LONGEST);
        let mut message = Vec::new();
        let stages = async {
            while let Ok(Some(line)) = lines.next_line().await {
                let line: Value = serde_json::from_str(&line).unwrap_or_default();
                if let Some(name) = line["stage"].as_str() {
                    stage(name);
                }
            }
        };
        let (status, ..) = tokio::join!(process.wait(), stages, complaints.read_to_end(&mut message));
        let status = status.map_err(|error| lost("the process is lost", error))?;
        if status.success() {
            return Ok(());
        }
        let message = String::from_utf8_lossy(&message);
        let error = message.lines().rev().find_map(|line| line.strip_prefix("error: "));
        Err(NoComponent::Refused(match error {
            Some(error) if OF_MACHINE.iter().any(|number| error.contains(&format!("(os error {number})"))) => {
                return Err(NoComponent::Machine(error.to_owned()));
            }
            Some(error) => within(folder, error),
            // An allocation that fails ends the process.
            None if message.contains("memory allocation") => {
                format!("compiling takes more than {} bytes of memory; raise --compile-memory", self.memory)
            }
            None => format!("compiling failed ({status})"),
        }))
    }
}

/// A message that calls the files of this folder as if one were in it: those who sent them know no other names.
pub fn within(folder: &Path, message: &str) -> String {
    match folder.is_absolute() {
        true => message.replace(&format!("{}/", folder.display()), ""),
        false => message.to_owned(),
    }
}
