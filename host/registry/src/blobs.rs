//! The folder of an OCI image layout: blobs by their digests.
//!
//! A blob is written under a temporary name, made durable, and only then given its place, so that what has its place
//! is whole. Whoever adds blobs holds the folder's lock together with others who add; whoever removes some holds it
//! alone, so that nothing is removed between being written and being referred to.

use super::digest::Digest;
use super::within::create_within;
use sha2::{Digest as _, Sha256};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::NamedTempFile;

/// Whether what is acknowledged survives a loss of power.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// It does.
    Full,
    /// It need not: the folder goes away with the process.
    None,
}

/// Blobs by their digests.
#[derive(Clone, Debug)]
pub struct Blobs {
    folder: PathBuf,
    durability: Durability,
}

/// How names of blobs begin that arrived in part.
const PARTIAL: &str = "partial-";

/// How long they are kept.
const PARTIAL_AGE: Duration = Duration::from_secs(24 * 60 * 60);

/// While this lives, no blob is removed (or, if it is exclusive, added).
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// A blob that is there now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The digest of its bytes.
    pub digest: Digest,
    /// How many bytes it has.
    pub size: u64,
}

impl Blobs {
    /// The blobs of the layout in this folder, which must be there.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn open(layout: &Path, durability: Durability) -> io::Result<Self> {
        let blobs = Self { folder: layout.to_owned(), durability };
        create_within(layout, &blobs.places())?;
        create_within(layout, &blobs.temporaries())?;
        Ok(blobs)
    }

    /// Where a blob lies, or would lie.
    pub fn path(&self, digest: &Digest) -> PathBuf {
        self.places().join(digest.hex())
    }

    /// Whether a blob is there, and how many bytes it has.
    pub fn size(&self, digest: &Digest) -> Option<u64> {
        fs::metadata(self.path(digest)).ok().filter(fs::Metadata::is_file).map(|metadata| metadata.len())
    }

    /// A blob's bytes, for small ones such as manifests.
    ///
    /// # Errors
    /// If it is not there, or not what its digest says.
    pub fn read(&self, digest: &Digest) -> io::Result<Vec<u8>> {
        let bytes = fs::read(self.path(digest))?;
        if Digest::of(&bytes) != *digest {
            return Err(io::Error::new(io::ErrorKind::InvalidData, format!("blob {digest} is damaged")));
        }
        Ok(bytes)
    }

    /// Whether a blob is there and is what its digest says.
    ///
    /// # Errors
    /// If it cannot be read to its end.
    pub fn verify(&self, digest: &Digest) -> io::Result<bool> {
        let mut hasher = Sha256::new();
        copy(&mut File::open(self.path(digest))?, &mut io::sink(), &mut hasher)?;
        Ok(Digest::finish(hasher) == *digest)
    }

    /// Adds bytes.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn add(&self, bytes: &[u8]) -> io::Result<Stored> {
        self.add_from(&mut &bytes[..])
    }

    /// Adds what a reader gives.
    ///
    /// # Errors
    /// If it cannot be read or written.
    pub fn add_from(&self, reader: &mut impl Read) -> io::Result<Stored> {
        let mut file = self.temporary()?;
        let mut hasher = Sha256::new();
        let size = copy(reader, &mut file, &mut hasher)?;
        self.keep(file, Stored { digest: Digest::finish(hasher), size })
    }

    /// Adds a file by a link to it, where its owner keeps it in place as long as the folder is used.
    ///
    /// # Errors
    /// If it cannot be read or linked.
    #[cfg(unix)]
    pub fn link(&self, file: &Path) -> io::Result<Stored> {
        let mut hasher = Sha256::new();
        let size = copy(&mut File::open(file)?, &mut io::sink(), &mut hasher)?;
        let digest = Digest::finish(hasher);
        match std::os::unix::fs::symlink(fs::canonicalize(file)?, self.path(&digest)) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
            _ => Ok(Stored { digest, size }),
        }
    }

    /// A file for bytes whose digest is not known yet, in the folder's own file system; gone when dropped.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn temporary(&self) -> io::Result<NamedTempFile> {
        NamedTempFile::new_in(self.temporaries())
    }

    /// Gives a temporary file its place, once it is durable; what lies there is replaced, since it may be damaged. The
    /// caller vouches for the digest.
    ///
    /// # Errors
    /// If it cannot be made durable or moved.
    pub fn keep(&self, file: NamedTempFile, stored: Stored) -> io::Result<Stored> {
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // Nothing secret is in a blob, and nobody is to change one.
            file.as_file().set_permissions(fs::Permissions::from_mode(0o444))?;
        }
        self.sync(file.as_file())?;
        file.persist(self.path(&stored.digest))?;
        self.sync_folder(&self.places())?;
        Ok(stored)
    }

    /// Replaces a file of the layout, whole or not at all. Only one at a time may do so.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn replace(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        // Not among the temporary files: those go with the garbage, whose collector does not wait for this.
        let beside = self.folder.join(format!("{name}.new"));
        let mut file = File::create(&beside)?;
        file.write_all(bytes)?;
        self.sync(&file)?;
        fs::rename(beside, self.folder.join(name))?;
        self.sync_folder(&self.folder)
    }

    /// Reads a file of the layout that is no blob.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn read_file(&self, name: &str) -> io::Result<Vec<u8>> {
        fs::read(self.folder.join(name))
    }

    /// Where a blob is gathered that arrives piece by piece, so that whoever continues finds what is there already.
    pub fn partial(&self, digest: &Digest) -> PathBuf {
        self.temporaries().join(format!("{PARTIAL}{}", digest.hex()))
    }

    /// All blobs that there are, by what their names say.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub fn all(&self) -> io::Result<Vec<Stored>> {
        let mut all = Vec::new();
        for entry in fs::read_dir(self.places())? {
            let entry = entry?;
            let name = entry.file_name();
            let Some(Ok(digest)) = name.to_str().map(|hex| format!("sha256:{hex}").parse()) else { continue };
            let Ok(metadata) = fs::metadata(entry.path()) else { continue };
            all.push(Stored { digest, size: metadata.len() });
        }
        Ok(all)
    }

    /// Removes a blob. Only for who holds the lock alone.
    ///
    /// # Errors
    /// If it cannot be removed.
    pub fn remove(&self, digest: &Digest, _alone: &Lock) -> io::Result<()> {
        match fs::remove_file(self.path(digest)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// The temporary files that a process left which ended early, with the bytes of each. Blobs that arrived in part are
    /// kept for a day, to be continued. Only for who holds the lock alone.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub fn left_temporaries(&self, _alone: &Lock) -> io::Result<Vec<(PathBuf, u64)>> {
        let mut left = Vec::new();
        for entry in fs::read_dir(self.temporaries())? {
            let entry = entry?;
            let partial = entry.file_name().to_string_lossy().starts_with(PARTIAL);
            let metadata = entry.metadata()?;
            if partial && metadata.modified()?.elapsed().is_ok_and(|age| age < PARTIAL_AGE) {
                continue;
            }
            left.push((entry.path(), metadata.len()));
        }
        Ok(left)
    }

    /// Waits until nobody removes blobs; nobody does until the lock is dropped.
    ///
    /// # Errors
    /// If the file system has no locks.
    pub fn lock(&self) -> io::Result<Lock> {
        let file = self.lock_file()?;
        file.lock_shared()?;
        Ok(Lock { _file: file })
    }

    /// Waits until nobody adds or removes blobs; nobody does until the lock is dropped.
    ///
    /// # Errors
    /// If the file system has no locks.
    pub fn lock_alone(&self) -> io::Result<Lock> {
        let file = self.lock_file()?;
        file.lock()?;
        Ok(Lock { _file: file })
    }

    fn lock_file(&self) -> io::Result<File> {
        File::options().create(true).truncate(false).write(true).open(self.folder.join("lock"))
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        if self.durability == Durability::Full { file.sync_all() } else { Ok(()) }
    }

    /// A file's name is durable only when its folder is.
    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        if self.durability == Durability::Full { File::open(folder)?.sync_all() } else { Ok(()) }
    }

    fn places(&self) -> PathBuf {
        self.folder.join("blobs/sha256")
    }

    /// Beside the blobs: a file is moved into place only within one file system.
    fn temporaries(&self) -> PathBuf {
        self.folder.join("temporary")
    }
}

/// Copies to the end, hashing on the way; says how many bytes there were.
pub(super) fn copy(from: &mut impl Read, to: &mut impl Write, hasher: &mut Sha256) -> io::Result<u64> {
    let mut buffer = vec![0; 1 << 20];
    let mut size = 0;
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return Ok(size),
            Ok(read) => {
                hasher.update(&buffer[..read]);
                to.write_all(&buffer[..read])?;
                size += read as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
