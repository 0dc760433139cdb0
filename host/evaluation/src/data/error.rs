//! Everything that can be wrong with a data set.

use maasm_protocol::labels::NoLabel;
use std::io;
use std::path::{Path, PathBuf};

/// Why there is no data.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// It cannot be read.
    #[error("{path}: {error}", path = path.display())]
    Read {
        /// What.
        path: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// It is none of the forms that are understood.
    #[error(
        "{path} is neither a folder, a table (.csv, .tsv, .jsonl) nor an archive (tar, tar compressed by gzip, zip)",
        path = .0.display()
    )]
    Form(PathBuf),
    /// An archive is damaged or has a name that no file may have.
    #[error("{path}: {reason}", path = path.display())]
    Archive {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// There is more of it than allowed.
    #[error("the data has more than {limit} {what}; raise the limit if that is right")]
    TooLarge {
        /// Of what there is too much.
        what: &'static str,
        /// The most that is allowed.
        limit: u64,
    },
    /// A table makes no sense.
    #[error("{table}, line {line}: {reason}")]
    Table {
        /// Its name.
        table: String,
        /// Where.
        line: u64,
        /// What is wrong, and what would be right.
        reason: String,
    },
    /// There is nothing in it.
    #[error(
        "{data} has no samples: put them into a folder for each class, or say in manifest.csv what is true of each"
    )]
    Empty {
        /// Its name.
        data: String,
    },
    /// A file belongs to no class.
    #[error(
        "{file} lies in no folder of a class: put samples into a folder for each class, or say in manifest.csv (file,label) what is true of each"
    )]
    NoClass {
        /// Which.
        file: String,
    },
    /// Some samples have classes and some have numbers, or not equally many of these.
    #[error("what is true of {sample} is of another kind than of the samples before it")]
    Mixed {
        /// Which.
        sample: String,
    },
    /// Two samples have one name.
    #[error("the sample {sample} is there twice; give one of them another name (column `name`)")]
    Twice {
        /// Which.
        sample: String,
    },
    /// The model does not have such a class.
    #[error("sample {sample}: {why}")]
    Label {
        /// Which sample.
        sample: String,
        /// What is wrong with its label.
        why: NoLabel,
    },
}

impl DataError {
    /// Tells failures of the operating system from those of the data.
    pub fn is_of_machine(&self) -> bool {
        matches!(self, Self::Read { error, .. } if is_of_system(error))
    }

    /// An error at unpacking an archive: the operating system's, or else the archive's, for this reason.
    pub(super) fn unpacking(path: &Path, error: io::Error, reason: impl FnOnce(&io::Error) -> String) -> Self {
        match is_of_system(&error) {
            true => Self::Read { path: path.into(), error },
            false => Self::Archive { path: path.into(), reason: reason(&error) },
        }
    }
}

/// Libraries that add a path to what the operating system says keep its words, with the number.
fn is_of_system(error: &io::Error) -> bool {
    error.raw_os_error().is_some() || error.to_string().contains("(os error ")
}
