//! Everything that can go wrong, told so that it can be put right.

use super::ModelError;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Why there is no engine.
#[derive(Debug, thiserror::Error)]
#[error("cannot set up the WebAssembly engine: {0}")]
pub struct EngineError(pub String);

/// Why a file cannot be loaded as a model.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.told(&self.path().display().to_string()))]
pub enum LoadError {
    /// The file cannot be read.
    Read {
        /// Which file.
        path: PathBuf,
        /// Why not.
        error: std::io::Error,
    },
    /// The file is not WebAssembly.
    NotWasm {
        /// Which file.
        path: PathBuf,
    },
    /// The file is a core module.
    CoreModule {
        /// Which file.
        path: PathBuf,
    },
    /// The file breaks off, is invalid or was changed after it was made.
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The component wants something from outside.
    Imports {
        /// Which file.
        path: PathBuf,
        /// What it imports.
        imports: Vec<String>,
    },
    /// The component is not a model, or one for another version of the interface.
    NotAModel {
        /// Which file.
        path: PathBuf,
        /// What it lacks.
        reason: String,
    },
    /// It takes more than the engine gives.
    TooLarge {
        /// Which file.
        path: PathBuf,
        /// What it takes.
        reason: String,
    },
    /// The operating system does not give what it takes: memory, files.
    System {
        /// Which file.
        path: PathBuf,
        /// What it says.
        reason: String,
    },
    /// It could not be asked who it is.
    Describe {
        /// Which file.
        path: PathBuf,
        /// What happened.
        error: Box<CallError>,
    },
}

impl LoadError {
    /// An error for this reason: the operating system's, whose words have a number with them, or else the file's.
    pub(super) fn of_system_or(path: &Path, reason: String, file: impl FnOnce(PathBuf, String) -> Self) -> Self {
        let path = path.to_owned();
        if reason.contains("(os error ") { Self::System { path, reason } } else { file(path, reason) }
    }

    /// The error in words that call the file so: its path is not everybody's business.
    pub fn told(&self, file: &str) -> String {
        const MADE: &str = "a model component is made by `maasm package`";
        match self {
            Self::Read { error, .. } => format!("cannot read {file}: {error}"),
            Self::NotWasm { .. } => format!("{file} is not WebAssembly; {MADE}"),
            Self::CoreModule { .. } => format!("{file} is a WebAssembly core module, not a component; {MADE}"),
            Self::Damaged { reason, .. } => format!("{file} is damaged: {reason}; fetch or package it again"),
            Self::Imports { imports, .. } => {
                format!("a model component imports nothing, {file} wants {}", imports.join(", "))
            }
            Self::NotAModel { reason, .. } => format!("{file} is a component, but no model: {reason}; {MADE}"),
            Self::TooLarge { reason, .. } => format!("{file} does not fit this engine: {reason}"),
            Self::System { reason, .. } => format!("{file} cannot be loaded now: {reason}"),
            Self::Describe { error, .. } => format!("{file} does not describe itself: {error}"),
        }
    }

    /// Which file.
    pub fn path(&self) -> &Path {
        let (Self::Read { path, .. }
        | Self::NotWasm { path }
        | Self::CoreModule { path }
        | Self::Damaged { path, .. }
        | Self::Imports { path, .. }
        | Self::NotAModel { path, .. }
        | Self::TooLarge { path, .. }
        | Self::System { path, .. }
        | Self::Describe { path, .. }) = self;
        path
    }

    /// The same error, of a file that its user knows by this name.
    #[must_use]
    pub fn of(mut self, name: &Path) -> Self {
        let (Self::Read { path, .. }
        | Self::NotWasm { path }
        | Self::CoreModule { path }
        | Self::Damaged { path, .. }
        | Self::Imports { path, .. }
        | Self::NotAModel { path, .. }
        | Self::TooLarge { path, .. }
        | Self::System { path, .. }
        | Self::Describe { path, .. }) = &mut self;
        *path = name.to_owned();
        self
    }
}

/// Why a call gave no answer. None of these harms the engine: it serves on.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The model refused what it was given.
    #[error("{0}")]
    Model(ModelError),
    /// The call took too long and was stopped.
    #[error("the call took longer than the allowed {} ms and was stopped; send less, or allow more time", .limit.as_millis())]
    Deadline {
        /// The most that is allowed.
        limit: Duration,
    },
    /// The call asked for too much memory.
    #[error(
        "the call asked for {asked} bytes of memory beyond the model's own, {limit} are allowed; send less, or allow more memory"
    )]
    Memory {
        /// What was asked for, in bytes.
        asked: u64,
        /// The most that is allowed, in bytes.
        limit: u64,
    },
    /// The model failed in a way that it should not. Its instance is gone, nothing else was harmed.
    #[error("the model failed: {0}")]
    Trap(String),
    /// Too many calls are under way.
    #[error("all {limit} places for calls are taken; try again shortly")]
    Saturated {
        /// How many may be under way at once.
        limit: u32,
    },
}
