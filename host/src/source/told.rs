//! What a model's file says of itself, without reading the rest of it.

use super::Error;
use serde::Deserialize;
use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::Path;

/// What a document says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Told {
    /// The model's name.
    pub name: Option<String>,
    /// Its version.
    pub version: Option<String>,
}

/// Name and version of a JSON document; nothing for other files, which tell neither.
///
/// # Errors
/// If it cannot be read or is no JSON.
pub fn told(path: &Path) -> Result<Told, Error> {
    let unreadable = |source| Error::Read { path: path.into(), source };
    let mut file = File::open(path).map_err(unreadable)?;
    let mut first = [0; 64];
    let read = file.read(&mut first).map_err(unreadable)?;
    if first[..read].trim_ascii_start().first() != Some(&b'{') {
        return Ok(Told::default());
    }
    file.rewind().map_err(unreadable)?;
    serde_json::from_reader(BufReader::with_capacity(1 << 20, file))
        .map_err(|error| Error::invalid(path, format!("is not a document: {error}")))
}
