//! A whole model in one JSON document: `{"params": {…}, "structure": {…}}`, and if need be what it is called.
//!
//! # Layout
//! - `parameters`: the parameters by name
//! - `numbers`: the numbers of one of them, read without a copy of the text
mod numbers;
mod parameters;

use super::parameters::Parameters;
use super::structure::{self, Whole};
use super::told::Told;
use super::{Error, Limits, STRUCTURE, Source, check};
use maasm_evaluation::text;
use parameters::Named;
use serde::de::{Deserializer, Error as _, MapAccess, Visitor};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

/// What a number takes in memory, in bytes.
const NUMBER: u64 = 8;

/// Whether a file holds a document and no ONNX: its first sign is a brace.
///
/// # Errors
/// If it cannot be read, or is text in an encoding other than UTF-8: no ONNX file begins so.
pub(super) fn is_document(path: &Path) -> Result<bool, Error> {
    let mut first = Vec::new();
    let read = File::open(path).and_then(|file| file.take(64).read_to_end(&mut first));
    read.map_err(|reason| Error::Read { path: path.into(), reason })?;
    match text::unmarked(&first) {
        Ok(text) => Ok(text.trim_ascii_start().first() == Some(&b'{')),
        // The bytes of a tensor or of another format may look like it; where there is a brace, it is meant to be JSON.
        Err(why) if first.iter().find(|byte| byte.is_ascii_graphic()) == Some(&b'{') => {
            Err(Error::invalid(path, why.to_string()))
        }
        Err(_) => Ok(false),
    }
}

/// A document's text, from behind its byte order mark on.
///
/// # Errors
/// If it cannot be read.
pub(super) fn behind_mark<R: Read>(reader: R) -> io::Result<BufReader<R>> {
    let mut reader = BufReader::with_capacity(1 << 20, reader);
    let start = reader.fill_buf()?;
    let mark = start.len() - text::unmarked(start).map_or(start.len(), <[u8]>::len);
    reader.consume(mark);
    Ok(reader)
}

/// Reads, puts together and checks.
pub(super) fn read(path: &Path, limits: &Limits) -> Result<Source, Error> {
    let invalid = |why: String| Error::invalid(path, why);
    let unreadable = |reason| Error::Read { path: path.into(), reason };
    let file = File::open(path).map_err(unreadable)?;
    // A parameter takes fewer bytes in the file than in memory only if it is short.
    let mut reader = Hashing { file: file.take(limits.bytes), hash: Sha256::new() };
    let document = {
        let mut json = serde_json::Deserializer::from_reader(behind_mark(&mut reader).map_err(unreadable)?);
        let most = usize::try_from(limits.bytes / NUMBER).unwrap_or(usize::MAX);
        let document = json.deserialize_map(Parts { most });
        document.and_then(|document| json.end().map(|()| document))
    };
    let document = document.map_err(|error| invalid(format!("is not a document: {error}")))?;
    let structure =
        document.structure.ok_or_else(|| invalid("has no `structure`; it needs `params` and `structure`".into()))?;
    if structure.get().len() as u64 > STRUCTURE {
        return Err(invalid(format!("has a structure of more than {STRUCTURE} bytes")));
    }
    let parameters = document.parameters.unwrap_or_default();
    let Whole { model, unused, told } = structure::read(structure.get(), &parameters).map_err(invalid)?;
    check::model(&model).map_err(invalid)?;
    // What the document itself says counts before what its structure says.
    let (labels, preprocess) = (document.told.labels.or(told.labels), document.told.preprocess.or(told.preprocess));
    let told = Told { labels, preprocess, scores: document.told.scores.or(told.scores), ..document.told };
    Ok(Source { model, digest: super::digest(reader.hash), unused, told })
}

/// The parts of a document.
#[derive(Default)]
struct Document {
    structure: Option<Box<RawValue>>,
    parameters: Option<Parameters>,
    told: Told,
}

/// Reads a document whose parameters are at most so many numbers.
struct Parts {
    most: usize,
}

impl<'de> Visitor<'de> for Parts {
    type Value = Document;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object with `params` and `structure`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Document, A::Error> {
        let mut document = Document::default();
        let Document { structure, parameters, told } = &mut document;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "structure" => *structure = Some(map.next_value()?),
                "params" => *parameters = Some(map.next_value_seed(Named { most: self.most })?),
                "name" => told.name = map.next_value()?,
                "version" => told.version = map.next_value()?,
                "description" => told.description = map.next_value()?,
                "license" => told.license = map.next_value()?,
                "source" => told.source = map.next_value()?,
                "labels" => told.labels = map.next_value()?,
                "preprocess" => told.preprocess = map.next_value()?,
                "scores" => told.scores = map.next_value()?,
                "media" => told.media = map.next_value()?,
                other => {
                    return Err(A::Error::custom(format!(
                        "the field {other:?} is not known; there are params, structure, name, version, description, \
                         license, source, labels, preprocess, scores and media"
                    )));
                }
            }
        }
        Ok(document)
    }
}

/// A file whose bytes are hashed as they are read.
struct Hashing {
    file: io::Take<File>,
    hash: Sha256,
}

impl Read for &mut Hashing {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.hash.update(&buffer[..read]);
        Ok(read)
    }
}
