//! Why there is no answer.

use maasm_engine::{EngineError, LoadError};
use maasm_evaluation::data::DataError;
use maasm_evaluation::run::{CheckpointError, RunError};
use maasm_evaluation::summary::SummaryError;
use maasm_registry as registry;
use maasm_registry::MACHINE;
use maasm_registry::oci::remote;
use semver::Version;
use std::fmt;
use std::sync::Arc;

/// Why something could not be done with a version.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The registry refuses it.
    #[error(transparent)]
    Registry(#[from] registry::Error),
    /// The version cannot be loaded, and is in quarantine now.
    #[error("{name} {version} cannot be loaded: {}", .error.told("its component"))]
    Load {
        /// The model.
        name: String,
        /// The version.
        version: Version,
        /// Why.
        error: Arc<LoadError>,
    },
    /// The version can be loaded, but not computed as its deployment says.
    #[error("{name} {version} cannot be computed through wasi-nn: {reason}")]
    Execution {
        /// The model.
        name: String,
        /// The version.
        version: Version,
        /// Why.
        reason: Why,
    },
    /// A remote registry does not have it, or does not take it.
    #[error(transparent)]
    Remote(#[from] Box<remote::Error>),
    /// The data does not suit the model, or it cannot be evaluated.
    #[error("{0}")]
    Evaluation(String),
    /// The version cannot be optimised so.
    #[error("{0}")]
    Optimization(String),
    /// The version does not meet the condition under which it may be deployed.
    #[error("{name} {version} is not deployed, since `{gate}` does not hold: {reason}")]
    Gate {
        /// The model.
        name: String,
        /// The version.
        version: Version,
        /// The condition.
        gate: String,
        /// Why it does not hold.
        reason: String,
    },
    /// A file is no model component.
    #[error(transparent)]
    Component(#[from] LoadError),
    /// The machine fails: a file cannot be read or written.
    #[error("{0}")]
    Machine(String),
}

impl Error {
    /// Tells the machine's failures from the asker's: what they say is for those whose machine it is.
    pub fn is_of_machine(&self) -> bool {
        match self {
            Self::Registry(error) => error.is_of_machine(),
            Self::Remote(error) => matches!(**error, remote::Error::Store { .. } | remote::Error::Local { .. }),
            Self::Component(LoadError::Read { .. } | LoadError::System { .. }) | Self::Machine(_) => true,
            _ => false,
        }
    }

    /// The error as anybody may be told it: without paths of this machine.
    pub fn told(&self) -> String {
        match self {
            error if error.is_of_machine() => MACHINE.into(),
            Self::Component(error) => match error.path().is_absolute() {
                true => error.told("the component"),
                false => error.to_string(),
            },
            Self::Remote(error) => match &**error {
                remote::Error::Credentials { reference, .. } => format!(
                    "{reference}: what the server's Docker configuration says of the registry cannot be used; its log says why"
                ),
                error => error.to_string(),
            },
            Self::Execution { name, version, reason } => {
                format!("{name} {version} cannot be computed through wasi-nn: {}", reason.told)
            }
            error => error.to_string(),
        }
    }
}

/// A reason, for anybody and for those whose machine it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why {
    told: String,
    whole: Option<String>,
}

impl Why {
    /// A reason that tells all only to those whose machine it is.
    pub fn of_machine(told: impl Into<String>, whole: impl Into<String>) -> Self {
        Self { told: told.into(), whole: Some(whole.into()) }
    }
}

impl<T: Into<String>> From<T> for Why {
    fn from(told: T) -> Self {
        Self { told: told.into(), whole: None }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(self.whole.as_ref().unwrap_or(&self.told))
    }
}

impl From<DataError> for Error {
    fn from(error: DataError) -> Self {
        match error.is_of_machine() {
            true => Self::Machine(error.to_string()),
            false => Self::Evaluation(error.to_string()),
        }
    }
}

impl From<RunError> for Error {
    fn from(error: RunError) -> Self {
        match error {
            RunError::Checkpoint(error) => error.into(),
            error => Self::Evaluation(error.to_string()),
        }
    }
}

impl From<SummaryError> for Error {
    fn from(error: SummaryError) -> Self {
        match error {
            SummaryError::Answers(error) => error.into(),
            SummaryError::Data(error) => error.into(),
        }
    }
}

impl From<CheckpointError> for Error {
    fn from(error: CheckpointError) -> Self {
        match error {
            CheckpointError::File { .. } => Self::Machine(error.to_string()),
            CheckpointError::Busy => Self::Evaluation(error.to_string()),
        }
    }
}

impl From<EngineError> for Error {
    fn from(error: EngineError) -> Self {
        Self::Machine(error.to_string())
    }
}
