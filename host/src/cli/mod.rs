//! The command line: one subcommand is one file.
//!
//! # Layout
//! - `compose`, `export`, `infer`, `inspect`, `package/`, `recognize`, `serve`: what is done with files
//! - `publish/`, `list`, `show`, `deploy`, `split`, `rollback`, `alias`, `delete`, `jobs`, `gc`, `fsck`, `key`, `audit`:
//!   what is done with models where they are kept
//! - `evaluate/`: the truth about a version; `report`: where it is kept; `datasets`: what it is found with
//! - `place/`: where that is, a folder or a server; `data`: the folder
//! - `config`: `maasm.toml`
//! - `completions`, `man`: what shells and readers of manuals need
//! - `output/`: files that commands write, and that none is an input
//! - `execution`, `listen`, `named`, `page`: options; `phrases`, `table`: what several tell alike

mod alias;
mod audit;
mod build_worker;
mod completions;
mod compose;
mod config;
mod data;
mod datasets;
mod delete;
mod deploy;
mod evaluate;
mod execution;
mod export;
mod fsck;
mod gc;
mod infer;
mod inspect;
mod jobs;
mod key;
mod list;
mod listen;
mod man;
mod named;
mod optimize;
mod output;
mod package;
mod page;
mod phrases;
mod place;
mod publish;
mod pull;
mod push;
mod recognize;
mod report;
mod rollback;
mod serve;
mod show;
mod split;
mod table;
mod transfer;
mod tune;

pub use inspect::Inspection;
pub use maasm_package::build::recipe;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use std::process::ExitCode;

/// Model-as-a-Service on WebAssembly: an ONNX file becomes a small, sandboxed component that recognises photographs.
#[derive(Parser)]
#[command(version, about, arg_required_else_help = true, after_help = EXAMPLES)]
pub struct Arguments {
    /// A file with defaults for options [default: maasm.toml in the user's folder of settings, if it is there]
    #[arg(long, value_name = "FILE", env = "MAASM_CONFIG", global = true)]
    config: Option<std::path::PathBuf>,
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  maasm inspect model.onnx
  maasm package model.onnx --name my-cnn --version 1.0.0 --labels labels.txt --preprocess imagenet -o my-cnn.wasm
  maasm recognize my-cnn.wasm cat.jpg
  maasm infer my-detector.wasm street.jpg -o outputs.npz
  maasm serve my-cnn.wasm
  maasm publish model.onnx --name my-cnn --preprocess imagenet --deploy && maasm serve
  maasm evaluate my-cnn@1.0.0 --data photos/ --report report.html
  maasm optimize my-cnn@1.0.0 --quantize int8 --calibrate photos/ --evaluate photos-test/
  maasm list --server https://models.example.org";

#[derive(Subcommand)]
enum Command {
    Inspect(Box<inspect::Arguments>),
    Package(Box<package::Arguments>),
    Compose(compose::Arguments),
    Export(export::Arguments),
    Pull(pull::Arguments),
    Push(push::Arguments),
    Recognize(recognize::Arguments),
    Infer(infer::Arguments),
    Evaluate(Box<evaluate::Arguments>),
    Optimize(Box<optimize::Arguments>),
    Tune(Box<tune::Arguments>),
    Report(report::Arguments),
    Data(datasets::Arguments),
    Serve(Box<serve::Arguments>),
    Publish(Box<publish::Arguments>),
    List(list::Arguments),
    Show(show::Arguments),
    Deploy(deploy::Arguments),
    Split(split::Arguments),
    Rollback(rollback::Arguments),
    Alias(alias::Arguments),
    Delete(delete::Arguments),
    Jobs(jobs::Arguments),
    Gc(gc::Arguments),
    Fsck(fsck::Arguments),
    Key(key::Arguments),
    Audit(audit::Arguments),
    Completions(completions::Arguments),
    Man(man::Arguments),
    BuildWorker(build_worker::Arguments),
}

impl Arguments {
    /// What the command line says, with the defaults that `maasm.toml` gives. Usage errors end the process with 2.
    ///
    /// # Errors
    /// If that file cannot be read or makes no sense.
    pub fn read() -> anyhow::Result<Self> {
        let line: Vec<_> = std::env::args_os().collect();
        let matches = config::apply(Self::command(), &line)?.get_matches_from(line);
        Ok(Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit()))
    }
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
        Command::Fsck(arguments) => return fsck::run(arguments),
        Command::BuildWorker(arguments) => return build_worker::run(arguments),
        Command::Recognize(arguments) => return recognize::run(arguments),
        Command::Alias(arguments) => alias::run(arguments),
        Command::Audit(arguments) => audit::run(arguments),
        Command::Completions(arguments) => completions::run(arguments, Arguments::command()),
        Command::Data(arguments) => datasets::run(arguments),
        Command::Delete(arguments) => delete::run(arguments),
        Command::Deploy(arguments) => deploy::run(arguments),
        Command::Evaluate(arguments) => evaluate::run(*arguments),
        Command::Export(arguments) => export::run(arguments),
        Command::Gc(arguments) => gc::run(arguments),
        Command::Infer(arguments) => infer::run(arguments),
        Command::Inspect(arguments) => inspect::run(*arguments),
        Command::Jobs(arguments) => jobs::run(arguments),
        Command::Key(arguments) => key::run(arguments),
        Command::List(arguments) => list::run(arguments),
        Command::Optimize(arguments) => optimize::run(*arguments),
        Command::Man(arguments) => man::run(arguments, Arguments::command()),
        Command::Package(arguments) => package::run(*arguments),
        Command::Compose(arguments) => compose::run(arguments),
        Command::Publish(arguments) => publish::run(*arguments),
        Command::Pull(arguments) => pull::run(arguments),
        Command::Push(arguments) => push::run(arguments),
        Command::Report(arguments) => report::run(arguments),
        Command::Rollback(arguments) => rollback::run(arguments),
        Command::Serve(arguments) => serve::run(*arguments),
        Command::Show(arguments) => show::run(arguments),
        Command::Tune(arguments) => tune::run(*arguments),
        Command::Split(arguments) => split::run(arguments),
    }
    .map(|()| ExitCode::SUCCESS)
}

/// An error and its causes on one line.
pub fn one_line(error: &anyhow::Error) -> String {
    format!("{error:#}").split('\n').map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

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
