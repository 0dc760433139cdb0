//! What a document says of itself, beside its structure and parameters.

use super::{Error, document};
use serde::Deserialize;
use serde_json::Value;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

/// What a document says of itself.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Told {
    /// The model's name.
    pub name: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// What it is, in a sentence.
    pub description: Option<String>,
    /// The licence of its weights, an SPDX expression.
    pub license: Option<String>,
    /// Where it came from.
    pub source: Option<String>,
    /// The classes' names, in the order of the output.
    pub labels: Option<Vec<String>>,
    /// How a picture becomes the input: a preset's name, or a recipe.
    pub preprocess: Option<Value>,
}

/// What a document says of itself, without keeping the rest of it; nothing for other files.
///
/// # Errors
/// If it cannot be read or is no JSON.
pub fn told(path: &Path) -> Result<Told, Error> {
    if !document::is_document(path)? {
        return Ok(Told::default());
    }
    let file = File::open(path).map_err(|reason| Error::Read { path: path.into(), reason })?;
    serde_json::from_reader(BufReader::with_capacity(1 << 20, file))
        .map_err(|error| Error::invalid(path, format!("is not a document: {error}")))
}
