//! The manifest of one version: a Wasm OCI artifact of one component.

use super::config::Config;
use super::facts::Facts;
use super::interface::Interface;
use super::manifest::{self, Descriptor, Manifest, NoManifest};
use super::media_type;
use crate::blobs::{Blobs, Stored};
use crate::digest::Digest;
use std::io;

/// One version, as its manifest has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// The manifest itself.
    pub manifest: Stored,
    /// The component.
    pub component: Stored,
    /// What is said of it.
    pub facts: Facts,
}

/// Why a manifest cannot be read as one version.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is not there, or damaged.
    #[error("cannot read the manifest {digest}: {error}")]
    Blob {
        /// Which.
        digest: Digest,
        /// Why not.
        error: io::Error,
    },
    /// It is not the manifest of a Wasm artifact.
    #[error("{digest} is not a model's manifest: {error}")]
    NotOne {
        /// Which.
        digest: Digest,
        /// What is wrong.
        error: NotWasm,
    },
}

/// Why a manifest is not that of a Wasm artifact.
#[derive(Debug, thiserror::Error)]
pub enum NotWasm {
    /// It is no manifest.
    #[error(transparent)]
    NoManifest(#[from] NoManifest),
    /// It holds other things.
    #[error("it should have one layer of type {expected}, and it has {}", list(.0), expected = media_type::WASM_LAYER)]
    Layers(Vec<String>),
}

/// Writes configuration and manifest of a version; the component is there already. The same component and facts give
/// the same bytes. Says where the manifest is.
///
/// # Errors
/// If the component cannot be read or is none, if what is said of it is too long for a manifest, or if anything cannot
/// be written.
pub fn write(blobs: &Blobs, component: Stored, facts: &Facts) -> io::Result<Stored> {
    let interface = Interface::read(&blobs.path(&component.digest))?;
    let created = facts.created_text();
    let config = Config::new(&created, facts.authors.as_deref(), component.digest, interface);
    let config = blobs.add(&serde_json::to_vec(&config)?)?;
    let layer =
        Descriptor { annotations: facts.layer_annotations(), ..Descriptor::new(media_type::WASM_LAYER, component) };
    let manifest = Manifest {
        schema_version: 2,
        media_type: Some(media_type::MANIFEST.into()),
        artifact_type: None,
        config: Descriptor::new(media_type::WASM_CONFIG, config),
        layers: vec![layer],
        subject: None,
        annotations: facts.annotations(),
    };
    add(blobs, &manifest)
}

/// Reads the manifest of one version: one of ours, or one that others made of a component.
///
/// # Errors
/// If it is not there, or not the manifest of a Wasm artifact.
pub fn read(blobs: &Blobs, manifest: &Digest) -> Result<Artifact, ReadError> {
    let digest = *manifest;
    let bytes = blobs.read(manifest).map_err(|error| ReadError::Blob { digest, error })?;
    parse(&bytes).map_err(|error| ReadError::NotOne { digest, error })
}

/// As [`read`], from the manifest's bytes.
///
/// # Errors
/// If they are not the manifest of a Wasm artifact.
pub fn parse(bytes: &[u8]) -> Result<Artifact, NotWasm> {
    let manifest = Manifest::parse(bytes)?;
    let [layer] = &manifest.layers[..] else { return Err(NotWasm::layers(&manifest)) };
    if !is_component(layer) {
        return Err(NotWasm::layers(&manifest));
    }
    let component = Stored { digest: layer.digest, size: layer.size };
    let facts = Facts::read(&manifest.annotations);
    Ok(Artifact { manifest: Stored { digest: Digest::of(bytes), size: bytes.len() as u64 }, component, facts })
}

/// Adds a manifest to the blobs.
pub(super) fn add(blobs: &Blobs, manifest: &Manifest) -> io::Result<Stored> {
    let bytes = serde_json::to_vec(manifest)?;
    if bytes.len() as u64 > manifest::MAX_SIZE {
        let what = format!("the manifest would have {} bytes, at most {} are allowed", bytes.len(), manifest::MAX_SIZE);
        return Err(io::Error::new(io::ErrorKind::InvalidInput, what + "; say less about the version"));
    }
    blobs.add(&bytes)
}

/// By its media type; or by its file name, where the one who pushed it told no type.
fn is_component(layer: &Descriptor) -> bool {
    let unknown = ["application/octet-stream", "application/vnd.oci.image.layer.v1.tar"];
    let title = layer.annotations.get("org.opencontainers.image.title");
    media_type::is_wasm(&layer.media_type)
        || unknown.contains(&layer.media_type.as_str()) && title.is_some_and(|title| title.ends_with(".wasm"))
}

impl NotWasm {
    fn layers(manifest: &Manifest) -> Self {
        Self::Layers(manifest.layers.iter().map(|layer| layer.media_type.clone()).collect())
    }
}

/// The first few, as text.
fn list(media_types: &[String]) -> String {
    match media_types {
        [] => "none".into(),
        [one] => one.clone(),
        [first, ..] => format!("{}, the first of type {first}", media_types.len()),
    }
}
