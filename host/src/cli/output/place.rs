//! Where an output goes.

use super::{Identity, identity};
use anyhow::{Context, Result, bail};
use rustix::fs::{Access, FileType, access, fstat};
use rustix::io::Errno;
use std::fs;
use std::io::{self, ErrorKind};
use std::os::fd::{AsFd, BorrowedFd};
use std::path::{Path, PathBuf};

/// Where an output goes.
#[derive(Debug)]
pub enum Place {
    Stdout,
    Stderr,
    /// A device, a pipe, or a descriptor that is open: written to as it is.
    Through(PathBuf),
    /// A regular file, at the end of all links; it may not be there yet.
    File(PathBuf),
    /// A regular file whose folder is made when it is written.
    FileInNewFolder(PathBuf),
}

/// How many links may lead to a file, as on Linux.
const LINKS: usize = 40;

impl Place {
    /// Where the output at this path goes.
    ///
    /// # Errors
    /// If nothing can be written there.
    pub fn of(path: &Path) -> Result<Self> {
        if let Some(place) = Self::open_already(path) {
            return Ok(place);
        }
        if let Some(place) = Self::there(path)? {
            return Ok(place);
        }
        let end = end_of_links(path)?;
        let folder = folder_of(&end);
        let shown = folder.display();
        match fs::metadata(folder) {
            Ok(metadata) if metadata.is_dir() => writable(folder)?,
            Ok(_) => bail!("cannot write {}: {shown} is not a folder", path.display()),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                bail!("cannot write {}: the folder {shown} does not exist; make it first", path.display())
            }
            Err(error) => return Err(error).with_context(|| format!("cannot write {}", path.display())),
        }
        Ok(Self::File(end))
    }

    /// As [`Place::of`], where the folder may still have to be made.
    ///
    /// # Errors
    /// As [`Place::of`].
    pub fn in_new_folder(path: &Path) -> Result<Self> {
        if let Some(place) = Self::there(path)? {
            return Ok(place);
        }
        folder_to_make(folder_of(path))?;
        Ok(Self::FileInNewFolder(end_of_links(path)?))
    }

    /// What is open in this process already. A file that standard output goes to must not be opened anew: what both write
    /// would lie on top of each other.
    fn open_already(path: &Path) -> Option<Self> {
        let text = path.to_str()?;
        match text {
            "-" | "/dev/stdout" => return Some(Self::Stdout),
            "/dev/stderr" => return Some(Self::Stderr),
            _ => {}
        }
        let number = text.strip_prefix("/dev/fd/").or_else(|| text.strip_prefix("/proc/self/fd/"))?;
        Some(match number.parse::<u32>().ok()? {
            1 => Self::Stdout,
            2 => Self::Stderr,
            _ => Self::Through(path.into()),
        })
    }

    /// What is there already.
    fn there(path: &Path) -> Result<Option<Self>> {
        let shown = path.display();
        if path.as_os_str().is_empty() || path.as_os_str().as_encoded_bytes().ends_with(b"/") {
            bail!("{:?} names no file; name one to write to", path.as_os_str());
        }
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => bail!("{shown} is a folder; name a file in it"),
            Ok(metadata) if metadata.is_file() => {
                let end = fs::canonicalize(path).with_context(|| format!("cannot write {shown}"))?;
                if access(&end, Access::WRITE_OK).is_err() {
                    bail!("{shown} is there already and write-protected; name another file, or permit writing to it");
                }
                writable(folder_of(&end))?;
                Ok(Some(Self::File(end)))
            }
            Ok(_) => Ok(Some(Self::Through(path.into()))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("cannot write {shown}")),
        }
    }

    /// Whether both are one place.
    pub fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Stdout, Self::Stdout) => true,
            (Self::File(a) | Self::FileInNewFolder(a), Self::File(b) | Self::FileInNewFolder(b)) => {
                let same = |a: &Path, b: &Path| {
                    let folder = |path| fs::canonicalize(folder_of(path)).unwrap_or_else(|_| folder_of(path).into());
                    a.file_name() == b.file_name() && folder(a) == folder(b)
                };
                same(a, b) || identity(a).is_some_and(|a| Some(a) == identity(b))
            }
            _ => false,
        }
    }

    /// The regular file that is there already.
    pub fn identity(&self) -> Option<Identity> {
        let open = |file: BorrowedFd| {
            let stat =
                fstat(file).ok().filter(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile)?;
            Some((stat.st_dev, stat.st_ino))
        };
        match self {
            Self::Stdout => open(io::stdout().as_fd()),
            Self::Stderr => open(io::stderr().as_fd()),
            Self::Through(path) | Self::File(path) | Self::FileInNewFolder(path) => identity(path),
        }
    }
}

/// The folder that a file lies in.
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes sure that a folder can be written to, or made.
///
/// # Errors
/// If it can be neither.
pub fn folder_to_make(folder: &Path) -> Result<()> {
    let there = folder.ancestors().find(|path| path.as_os_str().is_empty() || path.symlink_metadata().is_ok());
    let there = there.filter(|path| !path.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !there.is_dir() {
        bail!("{} is not a folder; name another one to write to", there.display());
    }
    writable(there)
}

fn writable(folder: &Path) -> Result<()> {
    let shown = folder.display();
    match access(folder, Access::WRITE_OK | Access::EXEC_OK) {
        Err(Errno::ACCESS) => bail!("the folder {shown} may not be written to; name another one, or permit it"),
        Err(Errno::ROFS) => bail!("the folder {shown} cannot be written to: its file system is read-only"),
        // Whatever else there is, writing tells.
        _ => Ok(()),
    }
}

/// The path that a link to nothing leads to: that file is made, and the link stays.
fn end_of_links(path: &Path) -> Result<PathBuf> {
    let mut end = path.to_owned();
    for _ in 0..LINKS {
        match fs::read_link(&end) {
            Ok(target) => end = folder_of(&end).join(target),
            Err(_) => return Ok(end),
        }
    }
    bail!("{} is a link that leads round in a circle", path.display())
}
