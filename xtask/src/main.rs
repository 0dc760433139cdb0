//! Everything that is done to this repository, as `cargo xtask COMMAND`.
//!
//! # Layout
//! - `commands/`: one command is one file
//! - `toolchain/`: finds or installs a way to compile for WebAssembly
//! - `measure/`: engines taking turns, and the table of how long they took
//! - `guest`: compiles the component templates
//! - `layers`: whether every crate uses only what it may
//! - `licences`: whether every dependency's licence is allowed
//! - `samples`: the model and the photograph that `serve` shows
//! - `unpacked`: programs that tests start themselves, such as a registry
//! - `browser`: Chromium, which tests open pages in
//! - `python`: a virtual environment and what is fetched by pip
//! - `apt`, `machine`: what is installed and asked on the machine
//! - `workspace`: where things lie
//! - `process`: runs other programs and tells what is being done
#![forbid(unsafe_code)]

mod apt;
mod browser;
mod commands;
mod guest;
mod layers;
mod licences;
mod machine;
mod measure;
mod node;
mod process;
mod python;
mod samples;
mod toolchain;
mod unpacked;
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
