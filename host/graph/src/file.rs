//! Reading a file within a limit.

use super::Error;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// The bytes of a regular file. Pipes and devices are refused: they may never end.
pub(super) fn read(path: &Path, limit: u64) -> Result<Vec<u8>, Error> {
    let fail = |reason| Error::Read { path: path.into(), reason };
    let file = File::open(path).map_err(fail)?;
    let metadata = file.metadata().map_err(fail)?;
    if !metadata.is_file() {
        return Err(Error::invalid(path, "not a file; give the model's own file"));
    }
    let too_large =
        |len: u64| Error::invalid(path, format!("has {len} bytes, more than the {limit} that a model may take"));
    if metadata.len() > limit {
        return Err(too_large(metadata.len()));
    }
    let mut bytes = Vec::with_capacity(metadata.len() as usize);
    file.take(limit + 1).read_to_end(&mut bytes).map_err(fail)?;
    match bytes.len() as u64 {
        0 => Err(Error::invalid(path, "is empty; was the download or export interrupted?")),
        len if len > limit => Err(too_large(len)),
        _ => Ok(bytes),
    }
}
