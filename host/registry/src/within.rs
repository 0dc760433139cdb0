//! Folders within another one.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

/// Makes the folder at this path within another one, which must be there: one that a signal has just removed, because it was
/// temporary, does not come back.
///
/// # Errors
/// If that one is not there, or nothing can be made in it.
pub fn create_within(folder: &Path, path: &Path) -> io::Result<()> {
    let inner = path.strip_prefix(folder).map_err(io::Error::other)?;
    let mut made = folder.to_owned();
    for name in inner {
        made.push(name);
        match fs::create_dir(&made) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_gone_does_not_come_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("jobs/one");
        create_within(folder.path(), &path).unwrap();
        create_within(folder.path(), &path).unwrap();
        assert!(path.is_dir());
        let gone = folder.path().to_owned();
        drop(folder);
        assert_eq!(create_within(&gone, &path).unwrap_err().kind(), ErrorKind::NotFound);
        assert!(!gone.exists());
    }
}
