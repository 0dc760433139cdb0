//! A blob that arrives piece by piece, in a file that whoever continues finds again.

use crate::blobs::{self, Blobs, Stored};
use crate::digest::Digest;
use sha2::{Digest as _, Sha256};
use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tempfile::{NamedTempFile, TempPath};

/// A blob that arrives piece by piece. Nobody else writes to its file at the same time.
#[derive(Debug)]
pub struct Partial {
    file: File,
    path: PathBuf,
    hasher: Sha256,
    length: u64,
}

/// What there is of a blob.
#[derive(Debug)]
pub enum Opened {
    /// All of it, by now.
    Whole,
    /// Some of it.
    Partial(Partial),
    /// Somebody else is adding to it.
    Busy,
}

impl Partial {
    /// Opens what there is of a blob, and reads it.
    ///
    /// # Errors
    /// If it cannot be read or written.
    pub fn open(blobs: &Blobs, blob: Stored) -> io::Result<Opened> {
        let path = blobs.partial(&blob.digest);
        let mut file = File::options().create(true).read(true).append(true).open(&path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(Opened::Busy),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        if !is_at(&file, &path)? {
            // It has been completed or given up meanwhile.
            return Ok(Opened::Busy);
        }
        if blobs.size(&blob.digest) == Some(blob.size) {
            fs::remove_file(path)?;
            return Ok(Opened::Whole);
        }
        let mut hasher = Sha256::new();
        let length = blobs::copy(&mut file, &mut io::sink(), &mut hasher)?;
        let mut partial = Self { file, path, hasher, length };
        if length > blob.size {
            partial.restart()?;
        }
        Ok(Opened::Partial(partial))
    }

    /// How many bytes there are.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Adds bytes.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.hasher.update(bytes);
        self.length += bytes.len() as u64;
        Ok(())
    }

    /// Forgets what there is.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn restart(&mut self) -> io::Result<()> {
        self.file.set_len(0)?;
        self.hasher = Sha256::new();
        self.length = 0;
        Ok(())
    }

    /// Gives the blob its place if it is what it should be; says which digest it has. Otherwise it is gone.
    ///
    /// # Errors
    /// If it cannot be made durable or moved.
    pub fn finish(&mut self, blobs: &Blobs, blob: Stored) -> io::Result<Digest> {
        let digest = Digest::finish(std::mem::take(&mut self.hasher));
        // The temporary path's end removes the file, should it not have been moved by then.
        let path = TempPath::try_from_path(self.path.clone())?;
        if digest == blob.digest {
            blobs.keep(NamedTempFile::from_parts(self.file.try_clone()?, path), blob)?;
        }
        Ok(digest)
    }

    /// Removes it.
    ///
    /// # Errors
    /// If that fails.
    pub fn remove(&mut self) -> io::Result<()> {
        fs::remove_file(&self.path)
    }
}

/// Whether a file still is the one under this path.
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let ours = file.metadata()?;
        Ok(fs::metadata(path).is_ok_and(|there| (there.dev(), there.ino()) == (ours.dev(), ours.ino())))
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        Ok(path.exists())
    }
}
