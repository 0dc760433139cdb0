//! The command line: one subcommand is one file.

mod inspect;
mod package;
mod recognize;
mod serve;

use clap::{Parser, Subcommand};

/// Model-as-a-Service on WebAssembly.
#[derive(Parser)]
#[command(version, about)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Inspect(inspect::Arguments),
    Package(package::Arguments),
    Recognize(recognize::Arguments),
    Serve(serve::Arguments),
}

/// Runs the subcommand.
///
/// # Errors
/// Whatever stopped it, to be shown to the user on one line.
pub fn run(arguments: Arguments) -> anyhow::Result<()> {
    match arguments.command {
        Command::Inspect(arguments) => inspect::run(arguments),
        Command::Package(arguments) => package::run(arguments),
        Command::Recognize(arguments) => recognize::run(arguments),
        Command::Serve(arguments) => serve::run(arguments),
    }
}
