//! `maasm man`

use anyhow::{Context, Result};
use clap::Command;
use std::fs;
use std::path::PathBuf;

/// Write the manual: one page for the program, and one for each of its commands.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  maasm man ~/.local/share/man/man1")]
pub struct Arguments {
    /// The folder to write to, which is made if it is not there
    folder: PathBuf,
}

/// Runs it.
pub(super) fn run(arguments: Arguments, program: Command) -> Result<()> {
    let folder = &arguments.folder;
    let write = || {
        fs::create_dir_all(folder)?;
        clap_mangen::generate_to(program, folder)
    };
    write().with_context(|| format!("cannot write to {}", folder.display()))
}
