//! The process that makes a component.

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

/// The longest message of the process that is told, in bytes.
const LONGEST: u64 = 64 << 10;

impl Compiler {
    /// One that takes as much memory and time as it needs.
    pub const UNLIMITED: Self = Self { memory: u64::MAX, timeout: Duration::from_secs(365 * 24 * 60 * 60) };

    /// Runs it with these arguments in this folder, and tells each stage that it comes to. Dropped, the process ends.
    ///
    /// # Errors
    /// Why there is no component, in a sentence.
    pub async fn run(&self, arguments: &[String], folder: &Path, stage: impl FnMut(&str)) -> Result<(), String> {
        let limited = tokio::time::timeout(self.timeout, self.unlimited(arguments, folder, stage)).await;
        limited.unwrap_or_else(|_| {
            let seconds = self.timeout.as_secs();
            Err(format!("compiling took longer than {seconds} s; raise --compile-timeout"))
        })
    }

    async fn unlimited(&self, arguments: &[String], folder: &Path, mut stage: impl FnMut(&str)) -> Result<(), String> {
        let program = std::env::current_exe().map_err(|error| format!("this program cannot be found: {error}"))?;
        let mut command = Command::new(program);
        command
            .args(["package", "--progress=json", "--end-with-input", &format!("--memory-limit={}B", self.memory)])
            .args(arguments);
        // A backtrace would hide the message.
        command.env_remove("RUST_BACKTRACE").env_remove("RUST_LIB_BACKTRACE");
        command.current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = command.kill_on_drop(true).spawn().map_err(|error| format!("no process for it: {error}"))?;
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
        let status = status.map_err(|error| format!("the process is lost: {error}"))?;
        if status.success() {
            return Ok(());
        }
        let message = String::from_utf8_lossy(&message);
        let error = message.lines().rev().find_map(|line| line.strip_prefix("error: "));
        Err(match error {
            Some(error) => error.to_owned(),
            // An allocation that fails ends the process.
            None if message.contains("memory allocation") => {
                format!("compiling takes more than {} bytes of memory; raise --compile-memory", self.memory)
            }
            None => format!("compiling failed ({status})"),
        })
    }
}
