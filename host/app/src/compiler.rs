//! The process that makes a component. A model's file comes from a stranger: it is read and compiled with limits on memory and
//! time, and whatever happens there happens to that process.
//!
//! The two processes speak JSON, one object a line: a [`Job`] goes to its standard input, [`Message`]s come from its standard
//! output. Its standard input stays open as long as its component is waited for.

use super::Error;
use maasm_package::build::{self, BuildError, BuildRequest, Event, Summary};
use serde::{Deserialize, Serialize};
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::Command;

/// The subcommand of this program that does a [`Job`].
pub const SUBCOMMAND: &str = "build-worker";

/// The signal by which Rust ends a process that gets no memory.
const ABORT: i32 = 6;

/// The longest complaint of the process that is kept, in bytes.
const LONGEST: u64 = 64 << 10;

/// The limits of the process.
#[derive(Clone, Copy, Debug)]
pub struct Compiler {
    /// Bytes of memory.
    pub memory: u64,
    /// How long it may take.
    pub timeout: Duration,
}

/// A component to be made and written to a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// What is asked for.
    pub request: BuildRequest,
    /// The file that the component is written to.
    pub output: PathBuf,
    /// The most bytes of memory that the process may take.
    pub memory: u64,
}

/// A line that the process writes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Message {
    /// The next stage begins.
    Stage(String),
    /// The component is written.
    Built(Summary),
    /// There is none.
    Failed(BuildError),
}

impl From<BuildError> for Error {
    fn from(error: BuildError) -> Self {
        match error {
            BuildError::Refused(why) => Self::Optimization(why),
            BuildError::Machine(why) => Self::Machine(why),
        }
    }
}

impl Job {
    /// Makes the component in this process and tells of it.
    ///
    /// # Errors
    /// If there is none.
    pub fn work(self, tell: &dyn Fn(&Message)) -> Result<Summary, BuildError> {
        let watch = |event| {
            if let Event::Stage(stage) = event {
                tell(&Message::Stage(stage.into()));
            }
        };
        let built = build::build(self.request, &watch)?;
        watch(Event::Stage("writing"));
        fs::write(&self.output, &built.component)
            .map_err(|error| BuildError::Machine(format!("cannot write {}: {error}", self.output.display())))?;
        Ok(built.summary)
    }
}

impl Compiler {
    /// One that takes as much memory and time as it needs.
    pub const UNLIMITED: Self = Self { memory: u64::MAX, timeout: Duration::from_secs(365 * 24 * 60 * 60) };

    /// Makes a component in a process of its own and tells each stage that it comes to. Dropped, the process ends. Messages call
    /// the files of `folder` as if one were in it: those who sent them know no other names.
    ///
    /// # Errors
    /// Why there is no component, in a sentence.
    pub async fn run(
        &self,
        request: BuildRequest,
        output: &Path,
        folder: &Path,
        stage: impl FnMut(&str),
    ) -> Result<Summary, BuildError> {
        let job = Job { request, output: output.to_owned(), memory: self.memory };
        let limited = tokio::time::timeout(self.timeout, self.unlimited(&job, stage)).await;
        let built = limited.unwrap_or_else(|_| {
            let seconds = self.timeout.as_secs();
            Err(BuildError::Refused(format!("compiling took longer than {seconds} s; raise --compile-timeout")))
        });
        built.map_err(|error| match error {
            BuildError::Refused(why) => BuildError::Refused(within(folder, &why)),
            machine => machine,
        })
    }

    async fn unlimited(&self, job: &Job, mut stage: impl FnMut(&str)) -> Result<Summary, BuildError> {
        let lost = |what: &str, error: std::io::Error| BuildError::Machine(format!("{what}: {error}"));
        let program = std::env::current_exe().map_err(|error| lost("this program cannot be found", error))?;
        let mut command = Command::new(program);
        command.arg(SUBCOMMAND).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = command.kill_on_drop(true).spawn().map_err(|error| lost("no process for it", error))?;
        // Ends when this process does, however it ends; and with it the other one.
        let mut input = process.stdin.take().expect("it is piped");
        let line =
            serde_json::to_string(job).map_err(|error| lost("it cannot be told what to do", error.into()))? + "\n";
        // One that has ended already says why by its status.
        let _ = input.write_all(line.as_bytes()).await;
        let mut lines = BufReader::new(process.stdout.take().expect("it is piped")).lines();
        let mut complaints = process.stderr.take().expect("it is piped").take(LONGEST);
        let (mut result, mut complaint) = (None, Vec::new());
        let messages = async {
            while let Ok(Some(line)) = lines.next_line().await {
                match serde_json::from_str(&line) {
                    Ok(Message::Stage(name)) => stage(&name),
                    Ok(Message::Built(summary)) => result = Some(Ok(summary)),
                    Ok(Message::Failed(error)) => result = Some(Err(error)),
                    Err(error) => tracing::warn!(%error, line, "the process that compiles says something else"),
                }
            }
        };
        let (status, ..) = tokio::join!(process.wait(), messages, complaints.read_to_end(&mut complaint));
        let status = status.map_err(|error| lost("the process is lost", error))?;
        result.unwrap_or_else(|| {
            tracing::warn!(%status, complaint = %String::from_utf8_lossy(&complaint), "compiling failed");
            Err(BuildError::Refused(self.without_a_word(status)))
        })
    }

    /// Why a process ended that did not say why.
    fn without_a_word(&self, status: ExitStatus) -> String {
        match status.signal() {
            Some(ABORT) => format!("compiling takes more than {} bytes of memory; raise --compile-memory", self.memory),
            _ => format!("compiling failed ({status})"),
        }
    }
}

/// A message that calls the files of this folder as if one were in it.
pub fn within(folder: &Path, message: &str) -> String {
    match folder.is_absolute() {
        true => message.replace(&format!("{}/", folder.display()), ""),
        false => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use maasm_component::{Quantization, Recipe};

    #[test]
    fn a_job_and_its_messages_survive_the_way() {
        let request = BuildRequest {
            model: Some("/models/m.onnx".into()),
            shapes: vec![("image".into(), vec![1, 3, 8, 8])],
            recipe: Recipe { quantize: Some(Quantization::Int8), ..Recipe::default() },
            features: true,
            ..BuildRequest::default()
        };
        let job = Job { request, output: "/out.wasm".into(), memory: u64::MAX };
        assert_eq!(serde_json::from_str::<Job>(&serde_json::to_string(&job).unwrap()).unwrap(), job);
        for message in [
            Message::Stage("reading".into()),
            Message::Failed(BuildError::Refused("no".into())),
            Message::Failed(BuildError::Machine("full".into())),
        ] {
            assert_eq!(serde_json::from_str::<Message>(&serde_json::to_string(&message).unwrap()).unwrap(), message);
        }
    }

    #[test]
    fn what_gets_no_memory_is_told_so() {
        let compiler = Compiler { memory: 1 << 20, timeout: Duration::from_secs(1) };
        assert!(compiler.without_a_word(ExitStatus::from_raw(ABORT)).contains("1048576 bytes of memory"));
        assert!(compiler.without_a_word(ExitStatus::from_raw(9)).starts_with("compiling failed"));
    }
}
