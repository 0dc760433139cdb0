//! Which model and version a request names.

use crate::{Problem, State};
use maasm_registry::{Record, Reference, Selector};
use serde::Deserialize;

/// The part of the address that names a model, and perhaps a version of it.
#[derive(Deserialize)]
pub struct Wanted {
    name: String,
    version: Option<String>,
}

impl Wanted {
    /// The name and the version, as calls want them.
    pub fn parts(&self) -> (Option<&str>, Option<&str>) {
        (Some(&self.name), self.version.as_deref())
    }
}

/// The version that answers.
///
/// # Errors
/// If there is no such model or version, or none was named and none is deployed.
pub fn version(state: &State, wanted: &Wanted) -> Result<Record, Problem> {
    let selector = wanted.version.as_deref().map_or(Ok(Selector::Live), str::parse)?;
    Ok(state.service.registry().find(&Reference { name: wanted.name.clone(), selector })?)
}

/// The numbers of all versions of the model, lowest first.
///
/// # Errors
/// If there is no such model.
pub fn versions(state: &State, wanted: &Wanted) -> Result<Vec<String>, Problem> {
    let versions = state.service.registry().versions(&wanted.name, None, usize::MAX)?;
    Ok(versions.iter().map(|record| record.facts.version.to_string()).collect())
}

/// Every version of every model.
///
/// # Errors
/// If the registry cannot be read.
pub fn all(state: &State) -> Result<Vec<Record>, Problem> {
    let registry = state.service.registry();
    let mut records = Vec::new();
    for name in registry.models(None, usize::MAX >> 1)? {
        records.extend(registry.versions(&name, None, usize::MAX)?);
    }
    Ok(records)
}
