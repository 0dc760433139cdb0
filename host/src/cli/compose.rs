//! `maasm compose`

use super::output::{self, Inputs};
use anyhow::Result;
use bytesize::ByteSize;
use maasm_export::compose;
use std::path::PathBuf;

/// Make a model component one that serves itself over HTTP, in any host of wasi:http.
///
/// The same addresses, JSON and errors as those of `maasm serve`.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  maasm compose my-cnn.wasm -o my-service.wasm && wasmtime serve my-service.wasm
  maasm compose --front -o front.wasm")]
pub struct Arguments {
    /// The component, made by `maasm package`
    #[arg(required_unless_present = "front")]
    model: Option<PathBuf>,
    /// Write the front alone, for hosts that compose it with a model themselves, as Spin does
    #[arg(long, conflicts_with = "model")]
    front: bool,
    /// Where the composed component goes; - is standard output
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

/// Runs it.
pub(super) fn run(arguments: Arguments) -> Result<()> {
    let inputs = Inputs::default().files(&arguments.model);
    let outputs = output::check(&inputs, [&arguments.output])?;
    let composed = match &arguments.model {
        Some(model) => compose::compose(model)?,
        None => compose::front()?,
    };
    outputs[0].write(&composed)?;
    let size = ByteSize(composed.len() as u64);
    output::print(&outputs, &format!("{}: {size}, serves wasi:http\n", arguments.output.display()))
}
