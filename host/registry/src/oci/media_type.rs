//! Media types, as OCI and the CNCF's Wasm OCI artifact name them.

/// A manifest.
pub const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
/// A list of manifests.
pub const INDEX: &str = "application/vnd.oci.image.index.v1+json";
/// A manifest as Docker wrote it before OCI; its fields are the same.
pub const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
/// The configuration of a Wasm artifact.
pub const WASM_CONFIG: &str = "application/vnd.wasm.config.v0+json";
/// The layer of a Wasm artifact.
pub const WASM_LAYER: &str = "application/wasm";
/// A report about a version: JSON.
pub const EVALUATION: &str = "application/vnd.maasm.evaluation.v1+json";
/// The configuration of an artifact that has none: `{}`.
pub const EMPTY: &str = "application/vnd.oci.empty.v1+json";

/// What was written for a component before the artifact's form was agreed on, and what file names make others write.
const FORMER_LAYERS: [&str; 2] =
    ["application/vnd.bytecodealliance.wasm.component.layer.v0+wasm", "application/vnd.wasm.content.layer.v1+wasm"];

/// Whether a layer of this media type holds WebAssembly.
pub fn is_wasm(media_type: &str) -> bool {
    media_type == WASM_LAYER || FORMER_LAYERS.contains(&media_type)
}
