//! What users give becomes one ONNX graph in memory.
//!
//! # Layout
//! - `file`: reading a file within a limit
//! - `onnx`: an ONNX file
//! - `document/`: a whole model in one JSON document
//! - `structure/`: the project's own format, a JSON file for the graph and another file for the parameters
//! - `parameters/`: named arrays from `.safetensors`, `.npz`, `.pth`; one format is one file
//! - `wire`: what a protobuf file would take in memory, told before anything is allocated
//! - `external`: tensors that an ONNX file keeps in files beside it
//! - `tensor`: element types and the dense little-endian form of tensors
//! - `told`: what a file says of itself, without reading the rest of it
//! - `check`: names, types and order of a graph
mod check;
mod document;
mod external;
mod file;
pub mod index;
mod onnx;
mod parameters;
mod structure;
mod tensor;
mod told;
mod wire;

pub use parameters::Array;
pub use structure::Parts;
pub use told::{Told, told};

use maasm_evaluation::text;
use sha2::{Digest, Sha256};
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
    /// Parameters in the file that the structure has no use for, by name.
    pub unused: Vec<String>,
    /// What the file says of the model beside that.
    pub told: Told,
}

/// A structure is text that people write; a larger one is a mistake.
const STRUCTURE: u64 = 64 << 20;

/// Why a source cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file cannot be read at all.
    #[error("{} cannot be read: {reason}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        reason: std::io::Error,
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

/// The arrays in the bytes of a `.npy` file, which has one without a name, or of a `.npz` file.
pub fn arrays(bytes: &[u8], limit: u64) -> Result<Vec<(Option<String>, Array)>, String> {
    parameters::arrays(bytes, limit)
}

/// Reads a file with one array, as `numpy.save` writes it.
pub fn array(path: &Path, limits: &Limits) -> Result<Array, Error> {
    parameters::array(path, limits)
}

/// The files beside an ONNX file that it keeps tensors in, whether they are there or not.
pub fn files_beside(model: &Path, limits: &Limits) -> impl Iterator<Item = PathBuf> + use<> {
    onnx::beside(model, limits).into_iter()
}

impl Source {
    /// Reads a model that is one file: ONNX, or a JSON document.
    ///
    /// # Errors
    /// If it cannot be read, is neither, exceeds the limits or makes no sense.
    pub fn from_file(path: &Path, limits: &Limits) -> Result<Self, Error> {
        if document::is_document(path)? {
            return document::read(path, limits);
        }
        onnx::read(path, limits)
    }

    /// Reads an ONNX file and the files that it keeps tensors in, which must lie in its own folder.
    ///
    /// # Errors
    /// If it cannot be read, is not ONNX, exceeds the limits or makes no sense.
    pub fn from_onnx(path: &Path, limits: &Limits) -> Result<Self, Error> {
        onnx::read(path, limits)
    }

    /// Reads a structure file and the file with its parameters: `.safetensors`, `.npz`, or PyTorch's `.pth`.
    ///
    /// # Errors
    /// If one of them cannot be read or makes no sense, or if they do not fit together.
    pub fn from_structure(structure: &Path, parameters: &Path, limits: &Limits) -> Result<Self, Error> {
        let invalid = |why: String| Error::invalid(structure, why);
        let text = file::read(structure, limits.bytes.min(STRUCTURE))?;
        let (arrays, bytes) = parameters::read(parameters, limits)?;
        let digest = digest(Sha256::new_with_prefix(&text).chain_update(&bytes));
        drop(bytes);
        let text = text::decode(&text).map_err(|why| invalid(why.to_string()))?;
        let structure::Whole { model, unused, told } = structure::read(text, &arrays).map_err(invalid)?;
        check::model(&model).map_err(invalid)?;
        Ok(Self { model, digest, unused, told })
    }

    /// Takes the model apart into a structure and its parameters; the same model gives the same bytes.
    ///
    /// # Errors
    /// If the model holds what the formats have no room for, in one sentence.
    pub fn parts(&self) -> Result<Parts, String> {
        structure::write(&self.model)
    }
}

/// `sha256:` and hexadecimal digits.
fn digest(hash: Sha256) -> String {
    use std::fmt::Write;
    let mut text = String::from("sha256:");
    for byte in hash.finalize() {
        let _ = write!(text, "{byte:02x}");
    }
    text
}
