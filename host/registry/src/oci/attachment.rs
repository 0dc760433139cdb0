//! What is attached to a version: a manifest of its own whose subject is the version's. OCI calls it a referrer.

use super::artifact::{self, ReadError};
use super::manifest::{Annotations, Descriptor, Manifest};
use super::media_type;
use crate::blobs::{Blobs, Stored};
use crate::digest::Digest;
use std::io;

/// Attaches bytes to the version of this manifest, as an artifact of this type whose one layer is of the same media
/// type. The same bytes and annotations give the same digest. Says where the new manifest is.
///
/// # Errors
/// If it cannot be written.
pub fn write(
    blobs: &Blobs,
    subject: Stored,
    artifact_type: &str,
    bytes: &[u8],
    annotations: Annotations,
) -> io::Result<Stored> {
    let config = Descriptor::new(media_type::EMPTY, blobs.add(b"{}")?);
    let layer = Descriptor::new(artifact_type, blobs.add(bytes)?);
    let manifest = Manifest {
        schema_version: 2,
        media_type: Some(media_type::MANIFEST.into()),
        artifact_type: Some(artifact_type.into()),
        config,
        layers: vec![layer],
        subject: Some(Descriptor::new(media_type::MANIFEST, subject)),
        annotations,
    };
    artifact::add(blobs, &manifest)
}

/// Reads the manifest of what is attached to a version.
///
/// # Errors
/// If it is not there, or no manifest.
pub fn read(blobs: &Blobs, manifest: &Digest) -> Result<Manifest, ReadError> {
    let digest = *manifest;
    let bytes = blobs.read(manifest).map_err(|error| ReadError::Blob { digest, error })?;
    Manifest::parse(&bytes).map_err(|error| ReadError::NotOne { digest, error: error.into() })
}
