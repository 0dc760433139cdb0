//! What a file is, by its bytes.

use super::LoadError;
use blake3::{Hash, Hasher};
use maasm_component::seal;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

const MAGIC: &[u8; 4] = b"\0asm";
const CORE_MODULE: [u8; 4] = [1, 0, 0, 0];
const COMPONENT: [u8; 4] = [0x0d, 0, 1, 0];

/// A component's digest and size.
pub(super) struct Identity {
    /// BLAKE3 of its bytes.
    pub digest: Hash,
    /// In bytes.
    pub size: u64,
}

/// Reads a file once: says what it is if it is no component, and whether it is whole if it tells its digest.
pub(super) fn identify(path: &Path) -> Result<Identity, LoadError> {
    let (header, identity, whole) = read(path).map_err(|error| LoadError::Read { path: path.to_owned(), error })?;
    let path = || path.to_owned();
    let Some(version) = header.strip_prefix(MAGIC) else { return Err(LoadError::NotWasm { path: path() }) };
    if version == CORE_MODULE {
        return Err(LoadError::CoreModule { path: path() });
    }
    if version != COMPONENT {
        return Err(LoadError::Damaged { path: path(), reason: "its version of WebAssembly is unknown".into() });
    }
    if !whole {
        let reason = "its content is not what its digest says, it was changed after it was packaged".into();
        return Err(LoadError::Damaged { path: path(), reason });
    }
    Ok(identity)
}

fn read(path: &Path) -> std::io::Result<(Vec<u8>, Identity, bool)> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    let mut header = Vec::new();
    file.by_ref().take(8).read_to_end(&mut header)?;
    file.seek(SeekFrom::Start(0))?;
    let mut hasher = Hasher::new();
    hasher.update_reader(file.by_ref().take(size.saturating_sub(seal::LEN as u64)))?;
    let content = hasher.finalize();
    let mut tail = Vec::new();
    file.read_to_end(&mut tail)?;
    // A component that others made tells no digest.
    let whole = seal::sealed(&tail).is_none_or(|sealed| sealed == content);
    Ok((header, Identity { digest: hasher.update(&tail).finalize(), size }, whole))
}
