//! `maasm package`

/// Compile a model into a component.
#[derive(clap::Args)]
pub struct Arguments {}

/// Runs it.
pub(super) fn run(_arguments: Arguments) -> anyhow::Result<()> {
    anyhow::bail!("not written yet")
}
