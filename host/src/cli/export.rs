//! `maasm export`

use crate::engine::{Engine, EngineOptions};
use crate::export::{self, Exported, File, Options, Target};
use crate::registry::oci::reference::Reference;
use anyhow::{Context, Result, bail};
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
    let model = Engine::new(EngineOptions::default())?.load(&component)?;
    let bytes = read(&component)?;
    let files = export::export(target, &Exported { component: &bytes, description: model.description() }, &options)?;
    write(&folder, &files, force)?;
    for file in &files {
        println!("{}", folder.join(&file.path).display());
    }
    if target == Target::Core && export::is_relaxed(&bytes) {
        println!("the module needs relaxed SIMD; `maasm package --simd plain` makes components that do not");
    }
    Ok(())
}

/// Writes all files, or none if one is there already.
fn write(folder: &Path, files: &[File], force: bool) -> Result<()> {
    let there = files.iter().map(|file| folder.join(&file.path)).find(|path| !force && path.exists());
    if let Some(path) = there {
        bail!("{} is there already; --force writes over it", path.display());
    }
    for file in files {
        let path = folder.join(&file.path);
        let parent = path.parent().unwrap_or(folder);
        fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
        fs::write(&path, &file.contents).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}
