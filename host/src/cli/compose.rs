//! `maasm compose`

use crate::compose;
use anyhow::{Context, Result};
use bytesize::ByteSize;
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
    /// Where the composed component goes
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

/// Runs it.
pub(super) fn run(arguments: Arguments) -> Result<()> {
    let composed = match &arguments.model {
        Some(model) => compose::compose(model)?,
        None => compose::front()?,
    };
    let output = &arguments.output;
    std::fs::write(output, &composed).with_context(|| format!("cannot write {}", output.display()))?;
    println!("{}: {}, serves wasi:http", output.display(), ByteSize(composed.len() as u64));
    Ok(())
}
