//! `maasm recognize`

/// Recognise one file with a component, without a server.
#[derive(clap::Args)]
pub struct Arguments {}

/// Runs it.
pub(super) fn run(_arguments: Arguments) -> anyhow::Result<()> {
    anyhow::bail!("not written yet")
}
