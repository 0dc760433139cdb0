//! `maasm completions`

use anyhow::Result;
use clap::Command;
use clap_complete::Shell;

/// Print what a shell needs to complete this program's command lines.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  maasm completions bash > ~/.local/share/bash-completion/completions/maasm
  maasm completions fish > ~/.config/fish/completions/maasm.fish")]
pub struct Arguments {
    /// The shell
    shell: Shell,
}

/// Runs it.
pub(super) fn run(arguments: Arguments, mut program: Command) -> Result<()> {
    clap_complete::generate(arguments.shell, &mut program, "maasm", &mut std::io::stdout());
    Ok(())
}
