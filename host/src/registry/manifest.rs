//! The OCI manifest of a version.

use super::blobs::{Blobs, Stored};
use super::error::{Error, Result};
use super::facts::{Facts, Provenance};
use serde_json::json;

/// Writes the manifest of a component that is among the blobs.
pub(super) fn write(
    blobs: &Blobs,
    component: &Stored,
    facts: &Facts,
    provenance: &Provenance,
    created: &str,
) -> Result<Stored> {
    let add =
        |value: serde_json::Value| blobs.add(value.to_string().as_bytes()).map_err(Error::file("the image layout"));
    let config = add(json!({ "created": created, "architecture": "wasm", "os": "wasip2" }))?;
    add(json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {
            "mediaType": "application/vnd.wasm.config.v0+json", "digest": config.digest, "size": config.size
        },
        "layers": [{ "mediaType": "application/wasm", "digest": component.digest, "size": component.size }],
        "annotations": {
            "org.opencontainers.image.title": facts.name,
            "org.opencontainers.image.version": facts.version,
            "dev.maasm.by": provenance.by,
        },
    }))
}
