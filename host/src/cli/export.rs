//! `maasm export`

use super::output::{self, Inputs};
use anyhow::{Context, Result, bail};
use maasm_engine::{Engine, EngineOptions};
use maasm_export::{self as export, Exported, File, Options, Target};
use maasm_registry::oci::reference::Reference;
use std::fs;
use std::path::{Path, PathBuf};

/// Write what another platform needs to run a component.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  maasm export my-cnn.wasm out --target core     # a core module and a C header: docs/core-module.md
  maasm export my-cnn.wasm out --target node
  maasm export my-cnn.wasm out --target spin
  maasm export my-cnn.wasm out --target k8s --image registry.example/maasm:0.1.0 --model oci://registry.example/my-cnn:1.0.0")]
pub struct Arguments {
    /// The component, made by `maasm package`
    component: PathBuf,
    /// The folder to write to; made if it is not there
    folder: PathBuf,
    /// The platform
    #[arg(long, value_enum)]
    target: Target,
    /// The container image: of the program `maasm` for Kubernetes, of the service for SpinKube and wasmCloud
    #[arg(long)]
    image: Option<String>,
    /// Where the platform can pull the model from, as oci://HOST/PATH:TAG, after `maasm push`
    #[arg(long, value_name = "REFERENCE")]
    model: Option<Reference>,
    /// Write over files that are there
    #[arg(long)]
    force: bool,
}

/// Runs it.
pub(super) fn run(arguments: Arguments) -> Result<()> {
    let Arguments { component, folder, target, image, model: from, force } = arguments;
    let read = |path: &Path| fs::read(path).with_context(|| format!("cannot read {}", path.display()));
    let options = Options { image, model: from.map(|from| from.to_string()) };
    output::check_folder(&folder)?;
    let model = Engine::new(EngineOptions::default())?.load(&component)?;
    let bytes = read(&component)?;
    let files = export::export(target, &Exported { component: &bytes, description: model.description() }, &options)?;
    write(&component, &folder, &files, force)?;
    let mut text: String = files.iter().map(|file| format!("{}\n", folder.join(&file.path).display())).collect();
    if target == Target::Core && export::is_relaxed(&bytes) {
        text += "the module needs relaxed SIMD; `maasm package --simd plain` makes components that do not\n";
    }
    output::print([], &text)
}

/// Writes all files, or none if one is there already.
fn write(component: &Path, folder: &Path, files: &[File], force: bool) -> Result<()> {
    let inputs = Inputs::default().files([component]);
    let outputs = output::check_in(&inputs, folder, files.iter().map(|file| &file.path))?;
    if let Some(output) = outputs.iter().find(|output| !force && output.exists()) {
        bail!("{} is there already; --force writes over it", output.path().display());
    }
    outputs.iter().zip(files).try_for_each(|(output, file)| output.write(&file.contents))
}
