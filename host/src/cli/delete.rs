//! `maasm delete`

use super::place::At;
use anyhow::Result;
use maasm_registry::{Record, Reference, Selector};
use semver::Version;

/// Delete a version.
///
/// Its number is never used again. A version that is deployed or has an alias is not deleted. Its files go with the next
/// `maasm gc`.
#[derive(clap::Args)]
pub struct Arguments {
    /// The version
    #[arg(value_name = "NAME@VERSION", value_parser = exact)]
    version: (String, Version),
    #[command(flatten)]
    at: At,
}

/// Runs it.
pub(super) fn run(arguments: Arguments) -> Result<()> {
    let Arguments { version: (name, version), at } = arguments;
    let document = at.place()?.delete(&["models", &name, "versions", &version.to_string()])?;
    at.tell(&document, |record: Record| Ok(format!("{} {} is deleted\n", record.facts.name, record.facts.version)))
}

/// What is deleted must be said exactly.
fn exact(text: &str) -> Result<(String, Version), String> {
    match text.parse().map_err(|error: maasm_protocol::reference::NoReference| error.to_string())? {
        Reference { name, selector: Selector::Exact(version) } => Ok((name, version)),
        Reference { name, .. } => Err(format!("say which version exactly: {name}@1.0.0")),
    }
}
