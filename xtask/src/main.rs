//! Everything that is done to this repository, as `cargo xtask COMMAND`.
//!
//! # Layout
//! - `commands/`: one command is one file
//! - `toolchain/`: finds or installs a way to compile for WebAssembly
//! - `guest`: compiles the component templates
//! - `workspace`: where things lie
//! - `process`: runs other programs and tells what is being done
#![forbid(unsafe_code)]

mod commands;
mod guest;
mod process;
mod toolchain;
mod workspace;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match commands::run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
