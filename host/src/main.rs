//! The `maasm` command line: parse, call, print.
use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    match maasm::cli::run(maasm::cli::Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
