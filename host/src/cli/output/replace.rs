//! A regular file, replaced whole or not at all.

use super::place::folder_of;
use maasm_files::temporary::Passing;
use std::fs::{self, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
use std::path::Path;

/// Replaces or makes a file by one that is written beside it first. What was there keeps its mode and its owner.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    /// As of any new file; the user's mask takes away what it takes away.
    const NEW: u32 = 0o666;
    let before = fs::metadata(path).ok();
    let mode = before.as_ref().map_or(NEW, |before| before.mode() & 0o7777);
    // Never readable by more than what it replaces.
    let permissions = Permissions::from_mode(mode & NEW);
    let (_passing, mut file) = Passing::make(|| {
        let file = tempfile::Builder::new().prefix(".maasm-").permissions(permissions).tempfile_in(folder_of(path))?;
        Ok((file.path().to_owned(), file))
    })?;
    file.write_all(bytes)?;
    if let Some(before) = before {
        let now = file.as_file().metadata()?;
        if (now.uid(), now.gid()) != (before.uid(), before.gid()) {
            // Only the superuser may give files away; everybody else's are their own already.
            let _ = fchown(file.as_file(), Some(before.uid()), Some(before.gid()));
        }
        file.as_file().set_permissions(Permissions::from_mode(mode))?;
    }
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}
