//! What a document says of itself, beside its structure and parameters; or an ONNX file, in its metadata.

use super::{Error, document};
use maasm_component::{Format, ScoreKind};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use tract_onnx::pb::{ModelProto, StringStringEntryProto};

/// The name in an ONNX file's metadata under which it says what a document says: JSON.
const METADATA: &str = "maasm";

/// What a model's file says of itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
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
    /// The kind of its outputs, as `--scores` says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scores: Option<ScoreKind>,
    /// The formats of the pictures that it takes, as `--media` names them; all if none is told.
    pub media: Option<Vec<Format>>,
    /// The shapes of inputs whose axes the graph leaves open, by name.
    pub shapes: Option<BTreeMap<String, Vec<usize>>>,
}

impl Told {
    /// What an ONNX file's metadata says, if they say anything to us.
    ///
    /// # Errors
    /// If that makes no sense.
    pub(super) fn of(model: &ModelProto) -> Result<Self, String> {
        let Some(entry) = model.metadata_props.iter().find(|entry| entry.key == METADATA) else {
            return Ok(Self::default());
        };
        serde_json::from_str(&entry.value).map_err(|error| format!("its metadata {METADATA:?} make no sense: {error}"))
    }

    /// Makes an ONNX file say this.
    pub fn write_into(&self, model: &mut ModelProto) {
        let value = serde_json::to_string(self).expect("it has no keys but texts");
        model.metadata_props.retain(|entry| entry.key != METADATA);
        model.metadata_props.push(StringStringEntryProto { key: METADATA.into(), value });
    }
}

/// What a document says of itself, without keeping the rest of it; nothing for other files.
///
/// # Errors
/// If it cannot be read or is no JSON.
pub fn told(path: &Path) -> Result<Told, Error> {
    if !document::is_document(path)? {
        return Ok(Told::default());
    }
    let text = File::open(path).and_then(document::behind_mark);
    serde_json::from_reader(text.map_err(|reason| Error::Read { path: path.into(), reason })?)
        .map_err(|error| Error::invalid(path, format!("is not a document: {error}")))
}
