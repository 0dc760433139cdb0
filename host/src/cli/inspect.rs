//! `maasm inspect`

/// Tell what a model holds and whether it compiles.
#[derive(clap::Args)]
pub struct Arguments {}

/// Runs it.
pub(super) fn run(_arguments: Arguments) -> anyhow::Result<()> {
    anyhow::bail!("not written yet")
}
