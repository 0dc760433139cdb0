//! OCI's manifest and descriptors, field by field in the order in which they are written.

use super::media_type;
use crate::blobs::Stored;
use crate::digest::Digest;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The most bytes that a manifest may have; registries refuse larger ones.
pub const MAX_SIZE: u64 = 4 << 20;

/// Names and texts that say more about a manifest or a blob.
pub type Annotations = BTreeMap<String, String>;

/// What refers to a blob.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Descriptor {
    /// What the bytes are.
    pub media_type: String,
    /// Their digest.
    pub digest: Digest,
    /// How many there are.
    pub size: u64,
    /// What kind of artifact a manifest describes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact_type: Option<String>,
    /// What more is said.
    #[serde(default, skip_serializing_if = "Annotations::is_empty", deserialize_with = "annotations")]
    pub annotations: Annotations,
}

/// What a version, or something attached to one, consists of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// Always 2.
    pub schema_version: u32,
    /// [`media_type::MANIFEST`], where it is written at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// What kind of artifact this is, where the configuration does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact_type: Option<String>,
    /// The configuration.
    pub config: Descriptor,
    /// The contents.
    pub layers: Vec<Descriptor>,
    /// The manifest that this one is attached to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Descriptor>,
    /// What more is said.
    #[serde(default, skip_serializing_if = "Annotations::is_empty", deserialize_with = "annotations")]
    pub annotations: Annotations,
}

/// Why bytes are no manifest.
#[derive(Debug, thiserror::Error)]
pub enum NoManifest {
    /// It is something else, or damaged.
    #[error("it is no OCI manifest: {0}")]
    Json(#[from] serde_json::Error),
    /// It is a manifest of another kind.
    #[error("it is of schema version {schema} and media type {media_type:?}; only {expected} of schema version 2 is understood", expected = media_type::MANIFEST)]
    Kind {
        /// Which schema version it says.
        schema: u32,
        /// Which media type it says.
        media_type: String,
    },
    /// It lists manifests.
    #[error("it is a list of manifests, one for each platform; name one of them by its digest")]
    Index,
}

impl Descriptor {
    /// Refers to a blob.
    pub fn new(media_type: &str, blob: Stored) -> Self {
        let Stored { digest, size } = blob;
        Self { media_type: media_type.into(), digest, size, artifact_type: None, annotations: Annotations::new() }
    }
}

impl Manifest {
    /// The manifest of these bytes.
    ///
    /// # Errors
    /// If they are not one.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoManifest> {
        /// What tells a manifest from what else a registry may give.
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Head {
            schema_version: u32,
            #[serde(default)]
            media_type: Option<String>,
            #[serde(default)]
            manifests: Option<serde::de::IgnoredAny>,
        }
        let head: Head = serde_json::from_slice(bytes)?;
        if head.manifests.is_some() {
            return Err(NoManifest::Index);
        }
        let known = match head.media_type.as_deref() {
            None => true,
            Some(media_type) => [media_type::MANIFEST, media_type::DOCKER_MANIFEST].contains(&media_type),
        };
        if head.schema_version != 2 || !known {
            let media_type = head.media_type.unwrap_or_default();
            return Err(NoManifest::Kind { schema: head.schema_version, media_type });
        }
        Ok(serde_json::from_slice(bytes)?)
    }

    /// The media type under which a registry keeps it.
    pub fn media_type(&self) -> &str {
        self.media_type.as_deref().unwrap_or(media_type::MANIFEST)
    }

    /// What kind of artifact it is: what it says, or what its configuration is.
    pub fn artifact_type(&self) -> &str {
        self.artifact_type.as_deref().unwrap_or(&self.config.media_type)
    }

    /// Every blob that it needs.
    pub fn blobs(&self) -> impl Iterator<Item = &Descriptor> {
        std::iter::once(&self.config).chain(&self.layers)
    }
}

/// Some write `null` where nothing is said.
fn annotations<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Annotations, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Manifest, NoManifest> {
        Manifest::parse(text.as_bytes())
    }

    #[test]
    fn what_is_no_manifest_is_told_apart() {
        assert!(matches!(parse("<html>"), Err(NoManifest::Json(_))));
        assert!(matches!(parse(r#"{"schemaVersion":2}"#), Err(NoManifest::Json(_))));
        assert!(matches!(parse(r#"{"schemaVersion":1}"#), Err(NoManifest::Kind { schema: 1, .. })));
        assert!(matches!(parse(r#"{"schemaVersion":2,"manifests":[]}"#), Err(NoManifest::Index)));
    }

    #[test]
    fn annotations_may_be_null() {
        let digest = Digest::of(b"{}");
        let config = format!(r#"{{"mediaType":"{}","digest":"{digest}","size":2}}"#, media_type::EMPTY);
        let manifest =
            parse(&format!(r#"{{"schemaVersion":2,"config":{config},"layers":[],"annotations":null}}"#)).unwrap();
        assert!(manifest.annotations.is_empty());
        assert_eq!(manifest.artifact_type(), media_type::EMPTY);
    }
}
