//! Files in a folder.

use super::DataError;
use super::tree::{Limits, Place, Tree};
use std::path::Path;
use walkdir::WalkDir;

/// All files below a folder; links are followed.
pub fn read(folder: &Path, limits: &Limits) -> Result<Tree, DataError> {
    let mut tree = Tree::new(limits);
    for entry in WalkDir::new(folder).follow_links(true) {
        let entry = entry.map_err(|error| {
            let path = error.path().unwrap_or(folder).to_owned();
            DataError::Read { path, error: error.into() }
        })?;
        if !entry.file_type().is_file() {
            continue;
        }
        let parts = entry.path().strip_prefix(folder).unwrap_or(entry.path()).iter();
        let name = parts.map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/");
        let place = Place::file(entry.path().to_owned());
        tree.add(name, place.map_err(|error| DataError::Read { path: entry.path().into(), error })?)?;
    }
    Ok(tree)
}
