//! Versions of models, where they are kept, and which of them answer.
//!
//! A registry is a folder: an OCI image layout, whose blobs never change, and a database for what does. What the
//! database says is there is there; blobs that it does not know are garbage.
//!
//! # Layout
//! - `blobs`: the folder of an OCI image layout; `digest`: names of blobs
//! - `oci/`: versions as OCI artifacts, in the layout and in remote registries; `manifest`, `index`: ours among them
//! - `database/`: SQLite, its schema, and how changes are made
//! - `versions`: publish, find, list, delete; `facts`: what a version says of itself; `reference`: how versions are
//!   called
//! - `evaluations`: reports about versions; `data`: labelled data
//! - `aliases`, `deployments`, `traffic`: which version answers; `execution`: what computes it
//! - `keys`: who may do what; `audit`: who did what
//! - `jobs`: work that takes its time
//! - `garbage`: what nothing needs any more; `check`: whether all is sound, and mending what is not
//! - `location`: where the folder is; `within`: folders in it
//! - `error`: everything that can go wrong; `problem`: as the API tells it

mod aliases;
mod audit;
pub mod blobs;
mod check;
mod data;
mod database;
mod deployments;
pub mod digest;
mod error;
mod evaluations;
mod execution;
mod facts;
mod garbage;
mod index;
mod jobs;
mod keys;
mod location;
mod manifest;
pub mod oci;
mod problem;
mod traffic;
mod versions;
mod within;

pub use aliases::Alias;
pub use audit::Entry;
pub use blobs::Durability;
pub use check::{Finding, Findings};
pub use data::DataSet;
pub use database::{Intent, Retry};
pub use deployments::Deployment;
pub use error::{Error, Result};
pub use evaluations::Evaluation;
pub use execution::{Backend, Execution, Nn};
pub use facts::{Facts, Made, Port, Provenance};
pub use garbage::{Collected, Retention};
pub use jobs::{Failure, Job, JobState};
pub use keys::{Grant, Key, NewKey, Role};
pub use location::{data_folder, own_files};
pub use maasm_protocol::reference::{Reference, Selector, check_name};
pub use problem::MACHINE;
pub use traffic::{Share, Traffic, sticky_point};
pub use versions::Record;

use blobs::Blobs;
use database::Database;
use maasm_files::temporary;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A registry. Cheap to clone; every clone is the same registry. Several processes may use one folder.
#[derive(Clone)]
pub struct Registry {
    inner: Arc<Inner>,
}

struct Inner {
    folder: PathBuf,
    blobs: Blobs,
    database: Database,
    /// Removed when the registry is.
    temporary: Option<temporary::Folder>,
}

impl Registry {
    /// Opens the registry in this folder, which is made if it is not there.
    ///
    /// # Errors
    /// If the folder cannot be used.
    pub fn open(folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder).map_err(Error::file(folder))?;
        Self::with(folder.to_owned(), Durability::Full, None)
    }

    /// A registry that goes away with the process.
    ///
    /// # Errors
    /// If there is no folder for it.
    pub fn temporary() -> Result<Self> {
        let folder = temporary::Folder::new().map_err(Error::file(std::env::temp_dir()))?;
        Self::with(folder.path().to_owned(), Durability::None, Some(folder))
    }

    fn with(folder: PathBuf, durability: Durability, temporary: Option<temporary::Folder>) -> Result<Self> {
        let blobs = Blobs::open(&folder, durability).map_err(Error::file(&folder))?;
        let database = Database::open(&folder, durability)?;
        let registry = Self { inner: Arc::new(Inner { folder, blobs, database, temporary }) };
        registry.refresh_index()?;
        Ok(registry)
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        &self.inner.folder
    }

    /// Whether it goes away with the process.
    pub fn is_temporary(&self) -> bool {
        self.inner.temporary.is_some()
    }

    /// Makes the folder at this path, which lies within the registry's.
    ///
    /// # Errors
    /// If it cannot be made, or the registry's is gone.
    pub fn make_folder(&self, path: &Path) -> Result<()> {
        within::create_within(self.folder(), path).map_err(Error::file(path))
    }

    /// Its blobs.
    pub fn blobs(&self) -> &Blobs {
        &self.inner.blobs
    }

    /// Where compiled code is kept.
    pub fn code_folder(&self) -> PathBuf {
        self.inner.folder.join("code")
    }

    /// Where answers of evaluations are kept until there is a report.
    pub fn answers_folder(&self) -> PathBuf {
        self.inner.folder.join("answers")
    }

    /// Where searches are kept that have not ended.
    pub fn searches_folder(&self) -> PathBuf {
        self.inner.folder.join("searches")
    }

    fn database(&self) -> &Database {
        &self.inner.database
    }
}
