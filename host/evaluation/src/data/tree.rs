//! Files by name, wherever they are.

use super::DataError;
use super::table::Form;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// How much of it there may be.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of all samples together, unpacked.
    pub total: u64,
    /// Bytes of one sample.
    pub sample: u64,
    /// Files.
    pub files: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { total: 1 << 40, sample: 256 << 20, files: 10_000_000 }
    }
}

/// Files by name: their path with `/` between folders, without a leading one.
#[derive(Debug)]
pub struct Tree {
    files: BTreeMap<String, Place>,
    limits: Limits,
    /// Where files may lie that are not listed.
    outside: Option<PathBuf>,
    /// What packed files lie in.
    pack: Option<File>,
}

/// Where a file's bytes are.
#[derive(Clone, Debug)]
pub enum Place {
    /// In a file of their own.
    File {
        /// Which.
        path: PathBuf,
        /// How many.
        size: u64,
        /// When they last changed, in nanoseconds since 1970.
        modified: u64,
    },
    /// In the pack.
    Packed {
        /// Where they begin.
        offset: u64,
        /// How many.
        size: u64,
    },
}

/// What an archive is, by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Archive {
    Zip,
    Tar,
    Gzip,
}

/// What tables are called that say what is true of the files beside them.
const TABLES: [&str; 6] =
    ["manifest.csv", "manifest.tsv", "manifest.jsonl", "metadata.csv", "metadata.tsv", "metadata.jsonl"];

impl Place {
    /// The file at this path.
    pub fn file(path: PathBuf) -> io::Result<Self> {
        let metadata = fs::metadata(&path)?;
        if !metadata.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no file"));
        }
        let since = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        Ok(Self::File { path, size: metadata.len(), modified: since.map_or(0, |since| since.as_nanos() as u64) })
    }

    fn size(&self) -> u64 {
        match self {
            Self::File { size, .. } | Self::Packed { size, .. } => *size,
        }
    }

    /// What changes when the file does.
    pub fn stamp(&self) -> (u64, u64) {
        match self {
            Self::File { size, modified, .. } => (*size, *modified),
            Self::Packed { size, .. } => (*size, 0),
        }
    }
}

impl Tree {
    /// No files yet.
    pub fn new(limits: &Limits) -> Self {
        Self { files: BTreeMap::new(), limits: *limits, outside: None, pack: None }
    }

    /// Files that are found when they are asked for, below this folder or as their path says.
    pub fn outside(folder: PathBuf, limits: &Limits) -> Self {
        Self { outside: Some(folder), ..Self::new(limits) }
    }

    /// The same files, the packed ones among them in here.
    pub fn packed(self, pack: File) -> Self {
        Self { pack: Some(pack), ..self }
    }

    /// Adds a file. What begins with a dot, and what systems leave beside files, is no sample.
    pub fn add(&mut self, name: String, place: Place) -> Result<(), DataError> {
        let hidden = |part: &str| part.starts_with('.') || ["__MACOSX", "Thumbs.db", "desktop.ini"].contains(&part);
        if name.split('/').any(hidden) {
            return Ok(());
        }
        self.files.insert(name, place);
        if self.files.len() as u64 > self.limits.files {
            return Err(DataError::TooLarge { what: "files", limit: self.limits.files });
        }
        Ok(())
    }

    /// All names in order.
    pub fn names(&self) -> impl Iterator<Item = &String> {
        self.files.keys()
    }

    /// The folder that all files lie in, if there is one: archives often have it.
    pub fn only_folder(&self) -> Option<&str> {
        let (folder, _) = self.files.keys().next()?.split_once('/')?;
        let is_below = |name: &String| name.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        self.files.keys().all(is_below).then_some(folder)
    }

    /// Where the file of this name is, if there is one.
    pub fn find(&self, name: &str) -> Option<Place> {
        if let Some(folder) = &self.outside {
            return Place::file(folder.join(name)).ok();
        }
        let name = name.strip_prefix("./").unwrap_or(name);
        self.files.get(name).or_else(|| self.files.get(&resolved(name)?)).cloned()
    }

    /// The table at the root, or in the one folder there, that says what is true of the files: its name and bytes.
    pub fn table(&self) -> Result<Option<(String, Vec<u8>)>, DataError> {
        let folder = self.only_folder();
        let names = TABLES.iter().map(|table| (*table).to_owned());
        let below = folder.into_iter().flat_map(|folder| TABLES.iter().map(move |table| format!("{folder}/{table}")));
        let Some(name) = names.chain(below).find(|name| self.files.contains_key(name)) else { return Ok(None) };
        debug_assert!(Form::of(&name).is_some());
        let bytes =
            self.read(&self.files[&name]).map_err(|reason| DataError::Archive { path: (&name).into(), reason })?;
        Ok(Some((name, bytes)))
    }

    /// A file's bytes. From any thread.
    pub fn read(&self, place: &Place) -> Result<Vec<u8>, String> {
        let size = place.size();
        if size > self.limits.sample {
            return Err(format!("it has {size} bytes, a sample may have {}", self.limits.sample));
        }
        match place {
            // It may have grown since.
            Place::File { path, .. } => read(path, self.limits.sample).map_err(|error| error.to_string()),
            Place::Packed { offset, size } => {
                let pack = self.pack.as_ref().ok_or("its archive is closed")?;
                let mut bytes = vec![0; usize::try_from(*size).map_err(|_| "it is too large for this machine")?];
                read_at(pack, &mut bytes, *offset).map_err(|error| error.to_string())?;
                Ok(bytes)
            }
        }
    }
}

/// A path without `.` and `..`; none if it leads outside.
fn resolved(name: &str) -> Option<String> {
    let mut parts = Vec::new();
    for part in name.split('/') {
        match part {
            "" | "." => {}
            ".." => _ = parts.pop()?,
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// A file that was named.
pub fn file(path: &Path, limits: &Limits) -> Result<Vec<u8>, DataError> {
    read(path, limits.sample).map_err(|error| DataError::Read { path: path.into(), error })
}

fn read(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = File::open(path)?.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if read as u64 > limit {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("it has more than {limit} bytes")));
    }
    Ok(bytes)
}

#[cfg(unix)]
fn read_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, offset)
}

#[cfg(windows)]
fn read_at(file: &File, mut bytes: &mut [u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let read = std::os::windows::fs::FileExt::seek_read(file, bytes, offset)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        bytes = &mut bytes[read..];
        offset += read as u64;
    }
    Ok(())
}

/// What an archive is.
pub fn kind(path: &Path) -> Result<Archive, DataError> {
    let mut start = Vec::new();
    let read = File::open(path).and_then(|file| file.take(512).read_to_end(&mut start));
    read.map_err(|error| DataError::Read { path: path.into(), error })?;
    match &start[..] {
        [b'P', b'K', 3 | 5, 4 | 6, ..] => Ok(Archive::Zip),
        [0x1f, 0x8b, ..] => Ok(Archive::Gzip),
        // POSIX.1-1988 and GNU write this after the fields that all of them have.
        _ if start.get(257..262) == Some(b"ustar") => Ok(Archive::Tar),
        _ => Err(DataError::Form(path.into())),
    }
}
