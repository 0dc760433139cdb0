//! `maasm inspect`: what a model holds, whether it compiles, and its structure as JSON.
//!
//! # Layout
//! - `inspection`: everything that is found out, in each of the forms that can be asked for
//! - `report`: the same as `--json` writes it
//! - `layers`, `steps`: the model's parts and what each costs; `tree` groups them by their names' paths
//! - `memory`: what lies where in the arena, and when
//! - `timing`: how long each step takes
//! - `unsupported`: what cannot be compiled, and what to do about it
//! - `text`, `html/`: the report for people; `figures` for both

mod figures;
mod html;
mod inspection;
mod layers;
mod memory;
mod report;
mod steps;
mod text;
mod timing;
mod tree;
mod unsupported;

pub use inspection::Inspection;

use super::output::{self, Inputs, Output};
use anyhow::anyhow;
use maasm_compile::{self as compile, Options};
use maasm_graph::{Limits, Source};
use maasm_package::build::parse_shape;
use std::iter;
use std::path::{Path, PathBuf};

/// Tell what a model holds and whether it compiles.
///
/// Inputs, outputs, operators, parameters and, if the model compiles, the work and memory of one inference; if not,
/// every operator that stands in the way.
#[derive(clap::Args)]
pub struct Arguments {
    /// An ONNX file, or a JSON document with `params` and `structure`.
    #[arg(required_unless_present = "structure_file")]
    model: Option<PathBuf>,
    /// A structure file, instead of an ONNX file.
    #[arg(long, value_name = "FILE", requires = "params", conflicts_with = "model")]
    structure_file: Option<PathBuf>,
    /// The structure's parameters: .safetensors, .npz, or PyTorch's .pth.
    #[arg(long, value_name = "FILE", requires = "structure_file")]
    params: Option<PathBuf>,
    /// The shape of an input whose axes the model leaves open, as NAME=1x3x224x224. May be repeated.
    #[arg(long = "shape", value_name = "NAME=SHAPE", value_parser = parse_shape)]
    shapes: Vec<(String, Vec<usize>)>,
    /// Show groups of layers only down to this depth.
    #[arg(long, value_name = "LEVELS", value_parser = clap::value_parser!(u8).range(1..), conflicts_with = "structure")]
    depth: Option<u8>,
    /// Run the model natively on this machine, and tell how long each layer takes.
    #[arg(long, conflicts_with = "structure")]
    time: bool,
    /// Print JSON.
    #[arg(long, conflicts_with = "structure")]
    json: bool,
    /// Write a page with the graph drawn to this file instead, or to standard output if it is `-`.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["structure", "json", "depth"])]
    html: Option<PathBuf>,
    /// Write the model's structure as JSON, and its parameters as .safetensors, instead.
    #[arg(long)]
    structure: bool,
    /// Where the structure goes; to standard output if absent or `-`.
    #[arg(short, long, value_name = "FILE", requires = "structure")]
    output: Option<PathBuf>,
    /// Where the parameters go; beside the structure if absent, and nowhere if that is no file.
    #[arg(long, value_name = "FILE", requires = "structure")]
    params_out: Option<PathBuf>,
}

/// Runs it.
pub(super) fn run(arguments: Arguments) -> anyhow::Result<()> {
    let inputs = Inputs::default().models(&arguments.model).files(&arguments.structure_file).files(&arguments.params);
    let outputs = outputs(&arguments, &inputs)?;
    let limits = Limits::default();
    let (source, path) = match (&arguments.model, &arguments.structure_file, &arguments.params) {
        (Some(model), ..) => (Source::from_file(model, &limits)?, model),
        (None, Some(structure), Some(params)) => (Source::from_structure(structure, params, &limits)?, structure),
        _ => return Err(anyhow!("give an ONNX file, or --structure-file and --params")),
    };
    if arguments.structure {
        return write_structure(&source, path, &outputs);
    }
    let options = Options { shapes: arguments.shapes, ..Default::default() };
    let compiled = compile::compile(&source.model, &options);
    let timing = compiled.as_ref().ok().filter(|_| arguments.time).map(timing::measure).transpose()?;
    let inspection = Inspection::new(&source, &options, &compiled, arguments.html.is_some(), timing);
    if arguments.json {
        return output::print([], &(inspection.json()? + "\n"));
    }
    if let Some(page) = outputs.first() {
        return page.write(inspection.html().as_bytes());
    }
    output::print([], &inspection.text(arguments.depth.map(usize::from)))
}

/// The page; or the structure and, if they are wanted, the parameters.
fn outputs(arguments: &Arguments, inputs: &Inputs) -> anyhow::Result<Vec<Output>> {
    if !arguments.structure {
        return output::check(inputs, &arguments.html);
    }
    let structure = arguments.output.clone().unwrap_or_else(|| "-".into());
    let beside = Output::at(&structure)?.is_file().then(|| structure.with_extension("safetensors"));
    let parameters = arguments.params_out.clone().or(beside);
    output::check(inputs, iter::once(structure).chain(parameters))
}

fn write_structure(source: &Source, path: &Path, outputs: &[Output]) -> anyhow::Result<()> {
    let parts = source.parts().map_err(|why| anyhow!("{}: {why}", path.display()))?;
    if let Some(parameters) = outputs.get(1) {
        parameters.write(&parts.parameters)?;
    }
    outputs[0].write(parts.structure.as_bytes())
}
