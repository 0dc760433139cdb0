//! What `--data` means: something on this machine, or the name of a data set.

use anyhow::{Context, Result};
use maasm_evaluation::data::{Dataset, Limits};
use maasm_registry::Registry;
use std::path::Path;

/// The data at this path, or the registry's data set of this name.
pub fn open(path: &Path, registry: &Registry) -> Result<Dataset> {
    if path.exists() {
        return Ok(Dataset::open(path, &Limits::default())?);
    }
    let name = path.to_str().context("there is no such file")?;
    let set = registry.data(name).with_context(|| format!("there is no file {name}, and"))?;
    Ok(set.open(registry.blobs(), &Limits::default())?)
}
