//! The `maasm` command line: parse, call, print.
#![forbid(unsafe_code)]

use maasm::cli;
use maasm_files::temporary;
use std::process::ExitCode;

/// Usage errors end with 2, by clap.
fn main() -> ExitCode {
    let result = cli::Arguments::read().and_then(cli::run);
    temporary::end();
    result.unwrap_or_else(|error| {
        eprintln!("error: {}", cli::one_line(&error));
        ExitCode::FAILURE
    })
}
