//! Files of text that a user gives: labels, structures, recipes, reports, settings, secrets, certificates.

use maasm_evaluation::text::{NotText, decode};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// The most bytes that such a file may have. People write them; a larger one is a mistake, or a device that never ends.
const MOST: u64 = 64 << 20;

/// A reason why there is no text.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be read.
    #[error("{} cannot be read: {error}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        error: io::Error,
    },
    /// The file is too large.
    #[error("{} has more than {MOST} bytes, too many for a file of text; is it the right file?", .0.display())]
    TooLarge(PathBuf),
    /// The file is not UTF-8.
    #[error("{}: {why}", path.display())]
    NotText {
        /// The file.
        path: PathBuf,
        /// What it is instead.
        why: NotText,
    },
}

/// The text in a file: UTF-8, without the byte order mark that it may begin with. Lines may end with CR LF.
///
/// # Errors
/// If the file cannot be read, is too large, or is in another encoding.
pub fn read(path: &Path) -> Result<String, Error> {
    let failed = |error| Error::Read { path: path.into(), error };
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(MOST + 1).read_to_end(&mut bytes)).map_err(failed)?;
    if bytes.len() as u64 > MOST {
        return Err(Error::TooLarge(path.into()));
    }
    decode(&bytes).map(str::to_owned).map_err(|why| Error::NotText { path: path.into(), why })
}
