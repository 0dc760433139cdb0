//! Everything that can go wrong in the registry, told so that it can be put right.

use maasm_protocol::reference::{NoReference, no_such_model, no_such_version, there_is};
use semver::Version;
use std::path::PathBuf;

/// What may go wrong.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why something cannot be done. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No model is named so.
    #[error("{}", no_such_model(.name, .there))]
    NoSuchModel {
        /// What was asked for.
        name: String,
        /// Some of the models that there are.
        there: Vec<String>,
    },
    /// The model has no such version.
    #[error("{}", no_such_version(.name, .version, .there))]
    NoSuchVersion {
        /// The model.
        name: String,
        /// What was asked for.
        version: String,
        /// Some of its versions and aliases.
        there: Vec<String>,
    },
    /// No data set is named so.
    #[error("there is no data set {name:?}; {}", there_is_data(.there))]
    NoSuchData {
        /// What was asked for.
        name: String,
        /// Some of the data sets that there are.
        there: Vec<String>,
    },
    /// The name is that of other data.
    #[error("there is another data set {name:?} already; data never changes, give this one another name")]
    DataExists {
        /// The name.
        name: String,
    },
    /// There is no such report.
    #[error("{name} {version} has no report {id:?}; {}", there_is_report(.there))]
    NoSuchEvaluation {
        /// The model.
        name: String,
        /// The version.
        version: Version,
        /// What was asked for.
        id: String,
        /// Those that there are.
        there: Vec<String>,
    },
    /// No model was named, and there is not exactly one that it could be.
    #[error("say which model you mean; {}", there_is(.there))]
    Unnamed {
        /// Some of the models that there are.
        there: Vec<String>,
    },
    /// No version of the model is live.
    #[error("no version of {name} is deployed; deploy one of {}, or name it", .there.join(", "))]
    NotDeployed {
        /// The model.
        name: String,
        /// Some of its versions.
        there: Vec<String>,
    },
    /// A name, version, alias or reference is not well formed.
    #[error("{0}")]
    Malformed(String),
    /// The version is there already, with other content.
    #[error(
        "{name} {version} is there already and is another component; a version never changes, publish another number"
    )]
    Exists {
        /// The model.
        name: String,
        /// The version.
        version: Version,
    },
    /// The version was deleted, and something else is published under its number.
    #[error("{name} {version} was another component and was deleted; a number is used once, publish another")]
    Deleted {
        /// The model.
        name: String,
        /// The version.
        version: Version,
    },
    /// The version is needed.
    #[error("{name} {version} is needed by {}; deploy another version or move the alias first", .by.join(", "))]
    InUse {
        /// The model.
        name: String,
        /// The version.
        version: Version,
        /// What needs it.
        by: Vec<String>,
    },
    /// The version could not be loaded.
    #[error("{name} {version} is in quarantine: {reason}; `maasm fsck --repair` looks at it again")]
    Quarantined {
        /// The model.
        name: String,
        /// The version.
        version: Version,
        /// Why.
        reason: String,
    },
    /// The parts of the traffic make no whole.
    #[error("{0}")]
    Traffic(String),
    /// Somebody else has changed the deployment meanwhile.
    #[error("{name} is at revision {found} by now, not at {expected}; look at it again before you change it")]
    Moved {
        /// The model.
        name: String,
        /// The revision that the caller saw.
        expected: u64,
        /// The one that is live.
        found: u64,
    },
    /// There is no revision to go back to.
    #[error("{0}")]
    NothingBefore(String),
    /// An idempotency key was used for two different things.
    #[error("the idempotency key {key:?} was used for another request; use a new one for each request")]
    RetryDiffers {
        /// The key.
        key: String,
    },
    /// There is no such key.
    #[error("there is no key {0:?}; `maasm key list` tells which there are")]
    NoSuchKey(String),
    /// There is no such job.
    #[error("there is no job {0:?}")]
    NoSuchJob(String),
    /// The job cannot be cancelled any more.
    #[error("job {id} is {state} already")]
    JobFinished {
        /// The job.
        id: String,
        /// What it is.
        state: String,
    },
    /// The database was made by a newer program, or is damaged.
    #[error("{}: its schema cannot be brought up to date ({error}); it may have been made by a newer maasm", path.display())]
    Schema {
        /// The database.
        path: PathBuf,
        /// What is wrong.
        error: rusqlite_migration::Error,
    },
    /// The database failed.
    #[error("the database failed: {0}; `maasm fsck` tells whether it is damaged")]
    Database(#[from] rusqlite::Error),
    /// The database holds what this program does not understand.
    #[error("a record in the database is damaged: {0}; `maasm fsck` tells which")]
    Record(#[from] serde_json::Error),
    /// A file or folder failed.
    #[error("{}: {error}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the operating system says.
        error: std::io::Error,
    },
}

impl Error {
    /// Tells the machine's failures from the asker's: what they say is for those whose machine it is.
    pub fn is_of_machine(&self) -> bool {
        matches!(self, Self::Schema { .. } | Self::Database(_) | Self::Record(_) | Self::File { .. })
    }

    /// An error of this file or folder.
    pub fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |error| Self::File { path, error }
    }
}

fn there_is_data(there: &[String]) -> String {
    match there {
        [] => "there is none yet, add one with `maasm data add`".into(),
        there => format!("there is {}", there.join(", ")),
    }
}

fn there_is_report(there: &[String]) -> String {
    match there {
        [] => "there is none yet, evaluate it first".into(),
        there => format!("there is {}", there.join(", ")),
    }
}

impl From<NoReference> for Error {
    fn from(error: NoReference) -> Self {
        Self::Malformed(error.0)
    }
}
