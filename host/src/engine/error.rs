//! Everything that can go wrong, told so that it can be put right.

use super::ModelError;
use std::path::PathBuf;
use std::time::Duration;

/// Why there is no engine.
#[derive(Debug, thiserror::Error)]
#[error("cannot set up the WebAssembly engine: {0}")]
pub struct EngineError(pub String);

/// Why a file cannot be loaded as a model.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file cannot be read.
    #[error("cannot read {path}: {error}", path = path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why not.
        error: std::io::Error,
    },
    /// The file is not WebAssembly.
    #[error("{path} is not WebAssembly; a model component is made by `maasm package`", path = path.display())]
    NotWasm {
        /// Which file.
        path: PathBuf,
    },
    /// The file is a core module.
    #[error("{path} is a WebAssembly core module, not a component; a model component is made by `maasm package`", path = path.display())]
    CoreModule {
        /// Which file.
        path: PathBuf,
    },
    /// The file breaks off, is invalid or was changed after it was made.
    #[error("{path} is damaged: {reason}; fetch or package it again", path = path.display())]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The component wants something from outside.
    #[error("a model component imports nothing, {path} wants {}", .imports.join(", "), path = path.display())]
    Imports {
        /// Which file.
        path: PathBuf,
        /// What it imports.
        imports: Vec<String>,
    },
    /// The component is not a model, or one for another version of the interface.
    #[error("{path} is a component, but no model: {reason}; a model component is made by `maasm package`", path = path.display())]
    NotAModel {
        /// Which file.
        path: PathBuf,
        /// What it lacks.
        reason: String,
    },
    /// It takes more than the engine gives.
    #[error("{path} does not fit this engine: {reason}", path = path.display())]
    TooLarge {
        /// Which file.
        path: PathBuf,
        /// What it takes.
        reason: String,
    },
    /// It could not be asked who it is.
    #[error("{path} does not describe itself: {error}", path = path.display())]
    Describe {
        /// Which file.
        path: PathBuf,
        /// What happened.
        error: Box<CallError>,
    },
}

impl LoadError {
    /// The same error, of a file that its user knows by this name.
    #[must_use]
    pub fn of(mut self, name: &std::path::Path) -> Self {
        let (Self::Read { path, .. }
        | Self::NotWasm { path }
        | Self::CoreModule { path }
        | Self::Damaged { path, .. }
        | Self::Imports { path, .. }
        | Self::NotAModel { path, .. }
        | Self::TooLarge { path, .. }
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
