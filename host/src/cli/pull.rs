//! `maasm pull`

use super::data::DataFolder;
use super::transfer;
use crate::registry::oci::reference::Reference as Remote;
use crate::registry::{Intent, Reference, Selector};
use anyhow::Result;

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
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    data: DataFolder,
}

/// Runs it.
pub(super) fn run(arguments: Arguments) -> Result<()> {
    let (service, intent) = (transfer::service(&arguments.data)?, Intent::local());
    let bar = transfer::Bar::new("pulling");
    let options = transfer::options(arguments.insecure);
    let listener = |progress| bar.tell(progress);
    let pull = service.pull(&intent, &arguments.from, &options, &listener);
    let record = transfer::wait(pull)??;
    bar.finish();
    if arguments.deploy {
        let selector = Selector::Exact(record.facts.version.clone());
        service.deploy(&intent, &Reference { name: record.facts.name.clone(), selector })?;
    }
    transfer::show(&record, arguments.json, &format!("pulled from {}", arguments.from))
}
