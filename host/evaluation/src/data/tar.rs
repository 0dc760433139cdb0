//! Files in a tar archive. Nothing of it becomes a file of this machine, whatever names it has: bytes are read where they
//! lie, and a compressed archive is unpacked into one nameless file first.

use super::DataError;
use super::tree::{Limits, Place, Tree};
use flate2::read::MultiGzDecoder;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

/// The files of a tar archive.
pub fn read(path: &Path, limits: &Limits) -> Result<Tree, DataError> {
    let file = File::open(path).map_err(|error| DataError::Read { path: path.into(), error })?;
    index(path, file, limits)
}

/// The files of a tar archive that is compressed by gzip.
pub fn read_gzip(path: &Path, limits: &Limits) -> Result<Tree, DataError> {
    let unpack = || -> io::Result<(File, u64)> {
        let mut pack = tempfile::tempfile()?;
        let packed = MultiGzDecoder::new(BufReader::new(File::open(path)?));
        let size = io::copy(&mut packed.take(limits.total.saturating_add(1)), &mut pack)?;
        Ok((pack, size))
    };
    let (mut pack, size) = unpack().map_err(|error| damaged(path, error))?;
    if size > limits.total {
        return Err(DataError::TooLarge { what: "bytes", limit: limits.total });
    }
    pack.seek(SeekFrom::Start(0)).map_err(|error| DataError::Read { path: path.into(), error })?;
    index(path, pack, limits)
}

/// Finds where each file lies.
fn index(path: &Path, file: File, limits: &Limits) -> Result<Tree, DataError> {
    let length = file.metadata().map_err(|error| DataError::Read { path: path.into(), error })?.len();
    let mut tree = Tree::new(limits);
    let mut archive = tar::Archive::new(BufReader::new(&file));
    let entries = archive.entries_with_seek().map_err(|error| damaged(path, error))?;
    for entry in entries {
        let entry = entry.map_err(|error| damaged(path, error))?;
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let (offset, size) = (entry.raw_file_position(), entry.size());
        if offset.checked_add(size).is_none_or(|end| end > length) {
            let reason = format!("{name} breaks off: the archive is damaged");
            return Err(DataError::Archive { path: path.into(), reason });
        }
        tree.add(name.trim_start_matches("./").to_owned(), Place::Packed { offset, size })?;
    }
    Ok(tree.packed(file))
}

fn damaged(path: &Path, error: io::Error) -> DataError {
    DataError::unpacking(path, error, |error| format!("the archive is damaged: {error}"))
}
