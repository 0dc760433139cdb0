//! What users give becomes one ONNX graph in memory.
//!
//! # Layout
//! - `file`: reading a file within a limit
//! - `onnx`: an ONNX file
//! - `wire`: what a protobuf file would take in memory, told before anything is allocated
//! - `external`: tensors that an ONNX file keeps in files beside it
//! - `tensor`: element types and the dense little-endian form of tensors
//! - `check`: names, types and order of a graph
mod check;
mod external;
mod file;
mod onnx;
mod tensor;
mod wire;

use std::path::{Path, PathBuf};
use tract_onnx::pb::ModelProto;

/// What a model may take. Files are made by strangers: nothing is allocated because a file says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the model, on disk and unpacked, everything together.
    pub bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 2 << 30 }
    }
}

/// A model as the compiler takes it.
///
/// The graph is checked: every name is defined once, nodes form no cycle, every tensor has the data that its shape
/// asks for, all of it in `raw_data` (little-endian), none of it in other files.
#[derive(Clone, Debug)]
pub struct Source {
    /// The graph with its parameters.
    pub model: ModelProto,
    /// `sha256:` and the digest of all bytes read: the file, then what it keeps elsewhere in the order of its tensors.
    pub digest: String,
}

/// Why a source cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file cannot be read at all.
    #[error("{} cannot be read: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// What was read makes no sense.
    #[error("{}: {why}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// What is wrong, where, and what to do about it.
        why: String,
    },
}

impl Error {
    fn invalid(path: &Path, why: impl Into<String>) -> Self {
        Self::Invalid { path: path.into(), why: why.into() }
    }
}

impl Source {
    /// Reads an ONNX file and the files that it keeps tensors in, which must lie in its own folder.
    ///
    /// # Errors
    /// If it cannot be read, is not ONNX, exceeds the limits or makes no sense.
    pub fn from_onnx(path: &Path, limits: &Limits) -> Result<Self, Error> {
        onnx::read(path, limits)
    }
}

/// `sha256:` and hexadecimal digits.
fn digest(hash: sha2::Sha256) -> String {
    use sha2::Digest;
    use std::fmt::Write;
    let mut text = String::from("sha256:");
    for byte in hash.finalize() {
        let _ = write!(text, "{byte:02x}");
    }
    text
}
