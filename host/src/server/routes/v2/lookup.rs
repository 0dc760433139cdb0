//! Which model and version a request names.

use crate::engine::Model;
use crate::server::{Problem, State};
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

/// The model that answers.
///
/// # Errors
/// If there is no such model or version.
pub fn model(state: &State, wanted: &Wanted) -> Result<Model, Problem> {
    let (name, version) = wanted.parts();
    Ok(state.catalog.find(name, version)?.clone())
}

/// All versions of the model, oldest first.
///
/// # Errors
/// If there is no such model.
pub fn versions(state: &State, wanted: &Wanted) -> Result<Vec<String>, Problem> {
    let versions = state.catalog.versions(&wanted.name)?;
    Ok(versions.map(|model| model.description().version.clone()).collect())
}

/// The name and version of everything that answers.
pub fn all(state: &State) -> Vec<(String, String)> {
    let names = |model: &Model| (model.description().name.clone(), model.description().version.clone());
    state.catalog.all().map(names).collect()
}
