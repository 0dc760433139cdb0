//! `maasm pull`

use super::place::{At, Side, job};
use super::transfer;
use anyhow::Result;
use maasm_registry::oci::reference::Reference as Remote;
use maasm_registry::{Intent, Reference, Selector};
use maasm_server::{Published, PullRequest};

/// Pull a version from an OCI registry.
///
/// It is published under the name and version that it gives itself. A pull that broke off goes on where it did.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  maasm pull oci://registry.example/models/my-cnn:1.0.0
  maasm pull oci://localhost:5000/my-cnn:stable --deploy")]
pub struct Arguments {
    /// Where it is, as oci://HOST/PATH:TAG or oci://HOST/PATH@sha256:…
    from: Remote,
    /// Give it all of the model's traffic
    #[arg(long)]
    deploy: bool,
    /// Speak HTTP without TLS to a registry on another machine
    #[arg(long)]
    insecure: bool,
    #[command(flatten)]
    at: At,
}

/// Runs it.
pub(super) fn run(arguments: Arguments) -> Result<()> {
    let Arguments { from, deploy, insecure, at } = arguments;
    let place = at.place()?;
    let published = match place.side() {
        Side::Local(local) => {
            let (service, intent) = (local.service(), Intent::local());
            let (bar, options) = (transfer::Bar::new("pulling"), transfer::options(insecure));
            let listener = |progress| bar.tell(progress);
            let version = place.wait(service.pull(&intent, &from, &options, &listener))?;
            bar.finish();
            let selector = Selector::Exact(version.facts.version.clone());
            let reference = Reference { name: version.facts.name.clone(), selector };
            let deployment = deploy.then(|| service.deploy(&intent, &reference)).transpose()?;
            Published { version, deployment }
        }
        Side::Remote(remote) => {
            let wanted = PullRequest { from: from.to_string(), deploy, insecure };
            place.wait(job::ask(remote, "pull", &wanted))?
        }
    };
    transfer::show(&at, &published, &format!("pulled from {from}"))
}
