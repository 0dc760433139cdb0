//! `index.json` and `oci-layout`: what makes the folder an OCI image layout to others, and tells, should the database be
//! lost, which versions there were.

use super::manifest::Descriptor;
use super::media_type;
use crate::blobs::{Blobs, Stored};
use serde::{Deserialize, Serialize};
use std::io;

/// One version in the layout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The model's name.
    pub name: String,
    /// The version.
    pub version: String,
    /// Its manifest.
    pub manifest: Stored,
}

/// Why the layout cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// A file is not there or cannot be read.
    #[error("cannot read {file} of the layout: {error}")]
    Read {
        /// Which file.
        file: &'static str,
        /// Why not.
        error: io::Error,
    },
    /// A file is damaged, or of a version to come.
    #[error("{file} of the layout is not what it should be: {reason}; write it anew")]
    Damaged {
        /// Which file.
        file: &'static str,
        /// What is wrong.
        reason: String,
    },
}

/// A list of manifests.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Index {
    schema_version: u32,
    #[serde(default)]
    media_type: Option<String>,
    /// What it lists.
    pub(super) manifests: Vec<Descriptor>,
}

impl Index {
    /// Lists these.
    pub(super) fn new(manifests: Vec<Descriptor>) -> Self {
        Self { schema_version: 2, media_type: Some(media_type::INDEX.into()), manifests }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Layout {
    image_layout_version: String,
}

const INDEX: &str = "index.json";
const LAYOUT: &str = "oci-layout";
const LAYOUT_VERSION: &str = "1.0.0";
const REFERENCE: &str = "org.opencontainers.image.ref.name";

/// Writes which versions there are, each under `name:version`. The same versions give the same bytes, in whichever order.
///
/// # Errors
/// If it cannot be written.
pub fn write(blobs: &Blobs, versions: &[Entry]) -> io::Result<()> {
    let mut sorted: Vec<&Entry> = versions.iter().collect();
    sorted.sort_by_key(|entry| (&entry.name, &entry.version));
    let descriptor = |entry: &&Entry| Descriptor {
        annotations: [(REFERENCE.to_owned(), format!("{}:{}", entry.name, entry.version))].into(),
        ..Descriptor::new(media_type::MANIFEST, entry.manifest)
    };
    let index = Index::new(sorted.iter().map(descriptor).collect());
    blobs.replace(INDEX, &serde_json::to_vec(&index)?)?;
    blobs.replace(LAYOUT, &serde_json::to_vec(&Layout { image_layout_version: LAYOUT_VERSION.into() })?)
}

/// Reads which versions there are. Manifests without a name of the form `name:version`, which others may have added, are
/// left out.
///
/// # Errors
/// If there is no layout, or it is damaged.
pub fn read(blobs: &Blobs) -> Result<Vec<Entry>, IndexError> {
    let layout: Layout = parse(blobs, LAYOUT)?;
    if layout.image_layout_version != LAYOUT_VERSION {
        return Err(damaged(LAYOUT, format!("version {:?} is not understood", layout.image_layout_version)));
    }
    let index: Index = parse(blobs, INDEX)?;
    if index.schema_version != 2 {
        return Err(damaged(INDEX, format!("schema version {} is not understood", index.schema_version)));
    }
    let entry = |descriptor: Descriptor| {
        let (name, version) = descriptor.annotations.get(REFERENCE)?.split_once(':')?;
        let manifest = Stored { digest: descriptor.digest, size: descriptor.size };
        Some(Entry { name: name.into(), version: version.into(), manifest })
    };
    Ok(index.manifests.into_iter().filter_map(entry).collect())
}

fn parse<T: serde::de::DeserializeOwned>(blobs: &Blobs, file: &'static str) -> Result<T, IndexError> {
    let bytes = blobs.read_file(file).map_err(|error| IndexError::Read { file, error })?;
    serde_json::from_slice(&bytes).map_err(|error| damaged(file, error.to_string()))
}

fn damaged(file: &'static str, reason: String) -> IndexError {
    IndexError::Damaged { file, reason }
}
