//! A temporary folder.

use super::passing::{GONE, Passing};
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// How the names of such folders begin: nobody else's begin so.
const PREFIX: &str = ".maasm-passing-";
/// What is added to tell them apart: so many letters and digits.
const RANDOM: usize = 12;

/// A folder that goes away with the process. It is locked, so that other processes know that its owner lives.
#[derive(Debug)]
pub struct Folder {
    /// Dropped before the lock: what is not locked, anybody removes.
    passing: Passing,
    _lock: File,
}

impl Folder {
    /// An empty folder, for nobody but this user. What processes left that were killed is removed first.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn new() -> io::Result<Self> {
        let place = std::env::temp_dir();
        sweep(&place);
        loop {
            let make = || tempfile::Builder::new().prefix(PREFIX).rand_bytes(RANDOM).tempdir_in(&place);
            let (passing, ()) = Passing::make(|| Ok((make()?.keep(), ())))?;
            match locked(passing.path()) {
                // Another process took it for one that was left, before it had its lock.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                lock => return Ok(Self { passing, _lock: lock? }),
            }
        }
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        self.passing.path()
    }
}

/// The lock of a folder that is still there when it is locked.
fn locked(path: &Path) -> io::Result<File> {
    let folder = File::open(path)?;
    // In a file system without locks others leave it alone, as they cannot lock it either.
    let _ = folder.lock();
    let (own, there) = (folder.metadata()?, fs::symlink_metadata(path)?);
    match (own.dev(), own.ino()) == (there.dev(), there.ino()) {
        true => Ok(folder),
        false => Err(ErrorKind::NotFound.into()),
    }
}

/// Removes this user's folders whose owners live no more.
fn sweep(place: &Path) {
    let user = rustix::process::geteuid().as_raw();
    for entry in fs::read_dir(place).into_iter().flatten().flatten() {
        let (name, path) = (entry.file_name(), entry.path());
        if !name.to_str().is_some_and(is_passing) {
            continue;
        }
        let is_ours = fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_dir() && metadata.uid() == user);
        if is_ours
            && let Ok(folder) = File::open(&path)
            && folder.try_lock().is_ok()
        {
            let _ = fs::remove_dir_all(&path);
        }
    }
}

fn is_passing(name: &str) -> bool {
    let name = name.strip_suffix(GONE).unwrap_or(name);
    name.strip_prefix(PREFIX)
        .is_some_and(|random| random.len() == RANDOM && random.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_folders_made_here_are_swept_away() {
        assert!(is_passing(".maasm-passing-0123456789aB") && is_passing(".maasm-passing-0123456789aB-gone"));
        for other in ["maasm-data", ".maasm-passing-", ".maasm-passing-mine", ".maasm-passing-0123456789aBc", ".tmp"] {
            assert!(!is_passing(other), "{other}");
        }
    }

    #[test]
    fn a_folder_whose_owner_lives_stays_and_another_goes() {
        let place = tempfile::tempdir().unwrap();
        let [held, left] = ["held12345678", "left12345678"].map(|name| place.path().join(format!("{PREFIX}{name}")));
        for folder in [&held, &left] {
            fs::create_dir(folder).unwrap();
            fs::write(folder.join("file"), "bytes").unwrap();
        }
        let lock = locked(&held).unwrap();
        sweep(place.path());
        assert!(held.join("file").exists() && !left.exists());
        drop(lock);
        sweep(place.path());
        assert!(!held.exists());
    }
}
