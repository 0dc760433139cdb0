//! The command line: one subcommand is one file.

mod data;
mod infer;
mod inspect;
mod package;
mod pull;
mod push;
mod recognize;
mod serve;
mod shape;
mod transfer;

pub use inspect::Inspection;
pub use package::recipe;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Model-as-a-Service on WebAssembly: an ONNX file becomes a small, sandboxed component that recognises photographs.
#[derive(Parser)]
#[command(version, about, arg_required_else_help = true, after_help = EXAMPLES)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  maasm inspect model.onnx
  maasm package model.onnx --name my-cnn --version 1.0.0 --labels labels.txt --preprocess imagenet -o my-cnn.wasm
  maasm recognize my-cnn.wasm cat.jpg
  maasm infer my-detector.wasm street.jpg -o outputs.npz
  maasm serve my-cnn.wasm";

#[derive(Subcommand)]
enum Command {
    Infer(infer::Arguments),
    Inspect(inspect::Arguments),
    Package(Box<package::Arguments>),
    Pull(pull::Arguments),
    Push(push::Arguments),
    Recognize(recognize::Arguments),
    Serve(serve::Arguments),
}

/// Runs the subcommand.
///
/// # Errors
/// Whatever stopped it, to be shown to the user on one line.
pub fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    if !matches!(arguments.command, Command::Serve(_)) {
        // `maasm inspect … | head` ends quietly, as other tools do; a server outlives who reads its output.
        sigpipe::reset();
    }
    match arguments.command {
        Command::Infer(arguments) => infer::run(arguments).map(|()| ExitCode::SUCCESS),
        Command::Inspect(arguments) => inspect::run(arguments).map(|()| ExitCode::SUCCESS),
        Command::Package(arguments) => package::run(*arguments).map(|()| ExitCode::SUCCESS),
        Command::Pull(arguments) => pull::run(arguments).map(|()| ExitCode::SUCCESS),
        Command::Push(arguments) => push::run(arguments).map(|()| ExitCode::SUCCESS),
        Command::Recognize(arguments) => recognize::run(arguments),
        Command::Serve(arguments) => serve::run(arguments).map(|()| ExitCode::SUCCESS),
    }
}

/// An error and its causes on one line.
pub fn one_line(error: &anyhow::Error) -> String {
    format!("{error:#}").split('\n').map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn an_error_of_many_lines_is_told_on_one() {
        let error = anyhow::anyhow!("first\n\n  second").context("outside");
        assert_eq!(one_line(&error), "outside: first; second");
    }
}
