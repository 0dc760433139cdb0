//! `maasm infer`

use super::output::{self, Inputs};
use anyhow::{Context, Result};
use maasm_app::tensors::{self, npy};
use maasm_engine::{Engine, EngineOptions, Tensor};
use std::io::Cursor;
use std::path::PathBuf;

/// Run a component on a picture or on tensors, without a server, and tell all its outputs.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  maasm infer detector.wasm street.jpg
  maasm infer detector.wasm street.jpg -o outputs.npz
  maasm infer translator.wasm --input words=words.npy --input mask=mask.npy")]
pub struct Arguments {
    /// The component, made by `maasm package`
    component: PathBuf,
    /// A picture, prepared by the component's recipe
    #[arg(required_unless_present = "inputs", conflicts_with = "inputs")]
    picture: Option<PathBuf>,
    /// An input from a file that `numpy.save` wrote; repeat it for several
    #[arg(long = "input", id = "inputs", value_name = "NAME=FILE.npy", value_parser = input)]
    inputs: Vec<(String, PathBuf)>,
    /// Where to write the outputs, all in one file, for `numpy.load`; - is standard output
    #[arg(short, long, value_name = "FILE.npz")]
    output: Option<PathBuf>,
}

/// How many elements of an output are told.
const SHOWN: usize = 6;

/// Runs it.
pub(super) fn run(arguments: Arguments) -> Result<()> {
    let tensors = arguments.inputs.iter().map(|(_, path)| path);
    let inputs = Inputs::default().files([&arguments.component]).files(&arguments.picture).files(tensors);
    let files = output::check(&inputs, &arguments.output)?;
    let model = Engine::new(EngineOptions::default())?.load(&arguments.component)?;
    let outputs = match &arguments.picture {
        Some(picture) => {
            let data = std::fs::read(picture).with_context(|| format!("cannot read {}", picture.display()))?;
            model.infer_media(&data).with_context(|| picture.display().to_string())?
        }
        None => {
            let inputs =
                arguments.inputs.iter().map(|(name, path)| npy::read(name, path)).collect::<Result<Vec<_>>>()?;
            model.infer(&inputs)?
        }
    };
    for file in &files {
        let mut archive = Cursor::new(Vec::new());
        npy::write(&outputs, &mut archive)?;
        file.write(archive.get_ref())?;
    }
    output::print(&files, &outputs.iter().map(|output| line(output) + "\n").collect::<String>())
}

/// The input's name and its file. Names may hold "=", so may files: the first one counts.
fn input(text: &str) -> Result<(String, PathBuf), String> {
    let (name, path) = text.split_once('=').ok_or("write it as NAME=FILE.npy")?;
    Ok((name.into(), path.into()))
}

fn line(tensor: &Tensor) -> String {
    let first: Vec<String> = tensors::elements(tensor).take(SHOWN).map(|element| element.to_string()).collect();
    let more = if tensors::elements(tensor).nth(SHOWN).is_some() { " …" } else { "" };
    let element_type = tensors::name(tensor.element_type);
    format!("{}: {element_type} {:?}: {}{more}", tensor.name, tensor.shape, first.join(" "))
}
