//! Files in a zip archive, unpacked into one nameless file: nothing of it becomes a file of this machine, whatever names it
//! has.

use super::DataError;
use super::tree::{Limits, Place, Tree};
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read};
use std::path::Path;
use zip::ZipArchive;
use zip::result::ZipError;

/// The files of a zip archive.
pub fn read(path: &Path, limits: &Limits) -> Result<Tree, DataError> {
    let cannot_read = |error: io::Error| DataError::Read { path: path.into(), error };
    let damaged = |error: ZipError| match error {
        ZipError::Io(error) => {
            DataError::unpacking(path, error, |error| format!("the archive cannot be unpacked: {error}"))
        }
        error => DataError::Archive { path: path.into(), reason: format!("the archive cannot be unpacked: {error}") },
    };
    let file = File::open(path).map_err(cannot_read)?;
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(damaged)?;
    if archive.len() as u64 > limits.files {
        return Err(DataError::TooLarge { what: "files", limit: limits.files });
    }
    let (mut tree, mut offset) = (Tree::new(limits), 0);
    let mut pack = BufWriter::new(tempfile::tempfile().map_err(cannot_read)?);
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(damaged)?;
        if !entry.is_file() {
            continue;
        }
        let name = entry.name().map_err(damaged)?.trim_start_matches("./").to_owned();
        // What the archive says of its size is not to be trusted.
        let left = limits.total - offset;
        let copied = io::copy(&mut entry.take(left.saturating_add(1)), &mut pack);
        let size = copied.map_err(|error| damaged(ZipError::Io(error)))?;
        if size > left {
            return Err(DataError::TooLarge { what: "bytes", limit: limits.total });
        }
        tree.add(name, Place::Packed { offset, size })?;
        offset += size;
    }
    let pack = pack.into_inner().map_err(|error| cannot_read(error.into_error()))?;
    Ok(tree.packed(pack))
}
