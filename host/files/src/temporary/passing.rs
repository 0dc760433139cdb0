//! Paths that are removed when the process ends.

use super::signals;
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What is removed when the process ends. Whoever ends the process holds it until there is no process any more, so that
/// nothing is added meanwhile.
static PATHS: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// A file or folder that is removed when this is dropped, or else when the process ends.
#[derive(Debug)]
pub struct Passing(PathBuf);

impl Passing {
    /// What this makes, and where it says that it is. No signal ends the process in between.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn make<T>(make: impl FnOnce() -> io::Result<(PathBuf, T)>) -> io::Result<(Self, T)> {
        signals::watch();
        let mut paths = paths();
        let (path, made) = make()?;
        paths.insert(path.clone());
        Ok((Self(path), made))
    }

    /// The path.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Passing {
    fn drop(&mut self) {
        let mut paths = paths();
        remove(&self.0);
        paths.remove(&self.0);
    }
}

/// Removes everything that is still there, at the end of `main`. If a signal is ending the process, this never returns.
pub fn end() {
    remove_all(&mut paths());
}

/// Removes everything and calls this, which does not return; nothing is made meanwhile.
pub(super) fn end_with(end: impl FnOnce()) {
    let mut paths = paths();
    remove_all(&mut paths);
    end();
}

fn remove_all(paths: &mut BTreeSet<PathBuf>) {
    paths.iter().for_each(|path| remove(path));
    paths.clear();
}

fn paths() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    PATHS.lock().unwrap_or_else(PoisonError::into_inner)
}

fn remove(path: &Path) {
    if !path.is_dir() {
        let _ = fs::remove_file(path);
        return;
    }
    // Other threads may still work in it. By another name they cannot add to it.
    let mut gone = path.as_os_str().to_owned();
    gone.push(GONE);
    let gone = PathBuf::from(gone);
    let path = if fs::rename(path, &gone).is_ok() { &gone } else { path };
    let _ = fs::remove_dir_all(path);
}

/// How the names of folders end that are being removed.
pub(super) const GONE: &str = "-gone";
