//! `maasm man`

use super::output::{self, Inputs};
use anyhow::Result;
use clap::Command;
use clap_mangen::Man;
use std::path::PathBuf;

/// Write the manual: one page for the program, and one for each of its commands.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  maasm man ~/.local/share/man/man1")]
pub struct Arguments {
    /// The folder to write to, which is made if it is not there; pages that are there are replaced
    folder: PathBuf,
}

/// Runs it.
pub(super) fn run(arguments: Arguments, program: Command) -> Result<()> {
    let mut program = program.disable_help_subcommand(true);
    // Gives the subcommands the names that their pages go by.
    program.build();
    let mut pages = Vec::new();
    add(program, &mut pages)?;
    let names = pages.iter().map(|(name, _)| name);
    let outputs = output::check_in(&Inputs::default(), &arguments.folder, names)?;
    outputs.iter().zip(&pages).try_for_each(|(output, (_, page))| output.write(page))
}

/// Adds the pages of a command's subcommands, and its own.
fn add(command: Command, pages: &mut Vec<(String, Vec<u8>)>) -> Result<()> {
    for subcommand in command.get_subcommands().filter(|subcommand| !subcommand.is_hide_set()) {
        add(subcommand.clone(), pages)?;
    }
    let (page, mut text) = (Man::new(command), Vec::new());
    page.render(&mut text)?;
    pages.push((page.get_filename(), text));
    Ok(())
}
