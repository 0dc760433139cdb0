//! `--data-dir`: where models are kept.

use anyhow::Result;
use maasm_registry::{Registry, data_folder};
use std::path::{Path, PathBuf};

/// Where models are kept.
#[derive(clap::Args, Clone, Debug)]
pub struct DataFolder {
    /// The folder of models and everything about them [default: the platform's folder for data]
    #[arg(long, value_name = "FOLDER", env = "MAASM_DATA_DIR", global = true)]
    data_dir: Option<PathBuf>,
}

impl DataFolder {
    /// The folder, if one was named.
    pub fn named(&self) -> Option<&Path> {
        self.data_dir.as_deref()
    }

    /// The registry in it.
    ///
    /// # Errors
    /// If there is no place for it or it cannot be used.
    pub fn open(&self) -> Result<Registry> {
        Ok(Registry::open(&self.folder()?)?)
    }

    /// Its path.
    ///
    /// # Errors
    /// If there is no place for it.
    pub fn folder(&self) -> Result<PathBuf> {
        Ok(data_folder(self.data_dir.clone())?)
    }
}
