//! `maasm push`

use super::data::DataFolder;
use super::transfer;
use crate::registry::Reference;
use crate::registry::oci::reference::Reference as Remote;
use anyhow::Result;

/// Push a version to an OCI registry.
///
/// Any registry takes it, and others' tools read what is there: `wash oci pull`, `wkg`, `oras`. Who we are is said by
/// Docker's configuration (`docker login`).
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  maasm push my-cnn@1.0.0 oci://registry.example/models/my-cnn:1.0.0
  maasm push my-cnn@stable oci://localhost:5000/my-cnn:stable")]
pub struct Arguments {
    /// The version: NAME, NAME@1.0.0, NAME@^1, NAME@latest, NAME@ALIAS
    reference: Reference,
    /// Where it goes, as oci://HOST/PATH:TAG
    to: Remote,
    /// Speak HTTP without TLS to a registry on another machine
    #[arg(long)]
    insecure: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    data: DataFolder,
}

/// Runs it.
pub(super) fn run(arguments: Arguments) -> Result<()> {
    let service = transfer::service(&arguments.data)?;
    let bar = transfer::Bar::new("pushing");
    let options = transfer::options(arguments.insecure);
    let listener = |progress| bar.tell(progress);
    let push = service.push(&arguments.reference, &arguments.to, &options, &listener);
    let record = transfer::wait(push)??;
    bar.finish();
    transfer::show(&record, arguments.json, &format!("pushed to {}", arguments.to))
}
