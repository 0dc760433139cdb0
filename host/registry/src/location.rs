//! Where the data folder is.

use super::database;
use super::error::{Error, Result};
use etcetera::BaseStrategy;
use std::path::{Path, PathBuf};

/// The data folder: the one that was asked for, or the platform's place for such things.
///
/// # Errors
/// If none was asked for and the user has no home folder.
pub fn data_folder(asked: Option<PathBuf>) -> Result<PathBuf> {
    let user = || etcetera::choose_base_strategy().map(|user| user.data_dir().join("maasm"));
    asked.map_or_else(user, Ok).map_err(|_| {
        Error::Malformed("there is no home folder to keep models in; name a folder with --data-dir".into())
    })
}

/// The files and folders in a data folder that nothing but the registry is to write.
pub fn own_files(folder: &Path) -> [PathBuf; 4] {
    ["blobs", "index.json", "oci-layout", database::FILE].map(|name| folder.join(name))
}
