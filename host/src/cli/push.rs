//! `maasm push`

use super::place::{At, Side, job};
use super::transfer;
use anyhow::Result;
use maasm_registry::Reference;
use maasm_registry::oci::reference::Reference as Remote;
use maasm_server::{Published, PushRequest};

/// Push a version to an OCI registry.
///
/// Any registry takes it, and others' tools read what is there: `wash oci pull`, `wkg`, `oras`. Who we are is said by
/// Docker's configuration (`docker login`): the server's, if a server is named.
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
    #[command(flatten)]
    at: At,
}

/// Runs it.
pub(super) fn run(arguments: Arguments) -> Result<()> {
    let Arguments { reference, to, insecure, at } = arguments;
    let place = at.place()?;
    let published = match place.side() {
        Side::Local(local) => {
            let (bar, options) = (transfer::Bar::new("pushing"), transfer::options(insecure));
            let listener = |progress| bar.tell(progress);
            let version = place.wait(local.service().push(&reference, &to, &options, &listener))?;
            bar.finish();
            Published { version, deployment: None }
        }
        Side::Remote(remote) => {
            let wanted = PushRequest { version: reference.to_string(), to: to.to_string(), insecure };
            place.wait(job::ask(remote, "push", &wanted))?
        }
    };
    transfer::show(&at, &published, &format!("pushed to {to}"))
}
