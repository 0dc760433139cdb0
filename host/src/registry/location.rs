//! Where the data folder is.

use super::error::{Error, Result};
use etcetera::BaseStrategy;
use std::path::PathBuf;

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
