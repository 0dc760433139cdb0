//! The OCI manifest of a version.

use super::blobs::{Blobs, Stored};
use super::error::{Error, Result};
use super::facts::{Facts, Provenance};
use super::oci;
use serde_json::json;

/// Writes the manifest of a component that is among the blobs.
pub(super) fn write(
    blobs: &Blobs,
    component: &Stored,
    facts: &Facts,
    provenance: &Provenance,
    created: &str,
) -> Result<Stored> {
    let told = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    let facts = oci::facts::Facts {
        name: told(&facts.name),
        version: Some(facts.version.to_string()),
        created: humantime::parse_rfc3339(created).ok(),
        authors: None,
        description: told(&facts.description),
        licenses: told(&facts.license),
        source: told(&facts.source),
        source_digest: facts.source_digest.parse().ok(),
        parent: provenance.parent.clone(),
        recipe: Some(json!({ "how": provenance.how, "by": provenance.by, "made": provenance.recipe })),
        created_by: Some(format!("maasm {}", env!("CARGO_PKG_VERSION"))),
    };
    oci::artifact::write(blobs, *component, &facts).map_err(Error::file(blobs.path(&component.digest)))
}
