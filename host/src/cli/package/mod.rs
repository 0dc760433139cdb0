//! `maasm package`
//!
//! # Layout
//! - `progress`: what is told while it works
//! - `memory`: how much memory it may take

mod memory;
mod progress;

use super::shape;
use crate::compile::{self, Compiled};
use crate::package::{self, Simd};
use crate::source::{Limits, Source};
use anyhow::{Context, bail};
use bytesize::ByteSize;
use maasm_plan::recipe::Layout;
use maasm_plan::{Card, Recipe};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;
use tempfile::NamedTempFile;

/// Compile a model into a component.
#[derive(clap::Args)]
pub struct Arguments {
    /// An ONNX file, or a JSON document with `params` and `structure`.
    #[arg(required_unless_present = "structure", conflicts_with = "structure")]
    model: Option<PathBuf>,
    /// Instead of an ONNX file: the model's structure, as `maasm inspect --structure` writes it.
    #[arg(long, requires = "params")]
    structure: Option<PathBuf>,
    /// The parameters of the structure: .safetensors, .npz or .pth.
    #[arg(long, requires = "structure")]
    params: Option<PathBuf>,
    /// The model's name: lower-case letters, digits, '.', '_' and '-'. A document may tell it, too.
    #[arg(long)]
    name: Option<String>,
    /// The model's semantic version, like 1.0.0. A document may tell it, too.
    #[arg(long)]
    version: Option<String>,
    /// The classes' names, one a line, in the order of the output.
    #[arg(long, value_name = "FILE")]
    labels: Option<PathBuf>,
    /// How a picture becomes the input: a preset's name or a recipe in a JSON file. Without it the model takes tensors
    /// only.
    #[arg(long, value_name = "PRESET|FILE", long_help = preprocess_help())]
    preprocess: Option<String>,
    /// What the model is, in a sentence.
    #[arg(long)]
    description: Option<String>,
    /// The licence of its weights, an SPDX expression.
    #[arg(long)]
    license: Option<String>,
    /// Where it came from, a URL or a name.
    #[arg(long)]
    source: Option<String>,
    /// Which vector instructions the component uses.
    #[arg(long, default_value = "relaxed")]
    simd: Simd,
    /// The shape of an input whose axes the model leaves open, like data=1x3x224x224; repeat it for several.
    #[arg(long = "shape", value_name = "NAME=SHAPE", value_parser = shape::parse)]
    shapes: Vec<(String, Vec<usize>)>,
    /// The component to write.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// How much memory this program may take; more ends it.
    #[arg(long, value_name = "SIZE")]
    memory_limit: Option<ByteSize>,
    /// What is told on standard output: text for people, or one JSON object a line.
    #[arg(long, value_enum, default_value_t)]
    progress: progress::Form,
}

/// Runs it.
pub(super) fn run(arguments: Arguments) -> anyhow::Result<()> {
    let start = Instant::now();
    if let Some(limit) = arguments.memory_limit {
        memory::limit(limit)?;
    }
    let progress = progress::Progress::new(arguments.progress);
    progress.stage("reading");
    let source = load(&arguments)?;
    let told = source.told;
    let labels = match &arguments.labels {
        Some(path) => labels(path)?,
        None => told.labels.unwrap_or_default(),
    };
    progress.stage("compiling");
    let compiled = compile::compile(&source.model, &compile::Options { shapes: arguments.shapes })?;
    let digest = source.digest;
    // Weights are in memory twice by now; from here on one copy is enough.
    drop(source.model);
    progress.stage("packaging");
    let recipe = match (arguments.preprocess.as_deref(), told.preprocess) {
        (Some(name), _) => Some(recipe(name, &compiled)?),
        (None, Some(serde_json::Value::String(name))) => Some(preset(&name, &compiled)?),
        (None, Some(recipe)) => Some(serde_json::from_value(recipe).context("`preprocess` is not a recipe")?),
        (None, None) => None,
    };
    let card = Card {
        name: arguments.name.or(told.name).context("say what the model is called, with --name")?,
        version: arguments.version.or(told.version).context("say which version it is, with --version 1.0.0")?,
        description: arguments.description.or(told.description).unwrap_or_default(),
        license: arguments.license.or(told.license).unwrap_or_default(),
        source: arguments.source.or(told.source).unwrap_or_default(),
        source_digest: digest,
        labels,
        ..Card::default()
    };
    let (name, version) = (card.name.clone(), card.version.clone());
    let component = package::package(&compiled, card, recipe, arguments.simd)?;
    progress.stage("writing");
    write(&arguments.output, &component).with_context(|| format!("cannot write {}", arguments.output.display()))?;
    progress.done(&progress::Done {
        name,
        version,
        output: &arguments.output,
        parameters: compiled.parameters,
        multiply_accumulates: compiled.multiply_accumulates,
        activations: compiled.plan.arena_len,
        weights: compiled.constants.len() as u64,
        size: component.len() as u64,
        seconds: start.elapsed().as_secs_f64(),
    });
    Ok(())
}

fn load(arguments: &Arguments) -> anyhow::Result<Source> {
    let limits = Limits::default();
    let source = match (&arguments.model, &arguments.structure, &arguments.params) {
        (Some(model), ..) => Source::from_file(model, &limits)?,
        (None, Some(structure), Some(params)) => Source::from_structure(structure, params, &limits)?,
        _ => bail!("give an ONNX file, a document, or --structure and --params"),
    };
    if !source.unused.is_empty() {
        eprintln!("note: the structure has no use for {}", source.unused.join(", "));
    }
    Ok(source)
}

/// Lines of a file, without the empty ones at its end.
fn labels(path: &Path) -> anyhow::Result<Vec<String>> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read the labels {}", path.display()))?;
    Ok(text.trim_end().lines().map(|line| line.trim().to_owned()).collect())
}

/// The recipe of this name, or the one in this file.
///
/// # Errors
/// If there is none, it cannot be read, or its pictures do not fit the model's first input.
pub fn recipe(name: &str, compiled: &Compiled) -> anyhow::Result<Recipe> {
    if maasm_media::preset(name).is_some() || !Path::new(name).is_file() {
        return preset(name, compiled);
    }
    let text = fs::read_to_string(name).with_context(|| format!("cannot read the recipe {name}"))?;
    serde_json::from_str(&text).with_context(|| format!("{name} is not a recipe"))
}

/// The recipe of this name, for the size of the model's input.
fn preset(name: &str, compiled: &Compiled) -> anyhow::Result<Recipe> {
    let Some(preset) = maasm_media::preset(name) else {
        bail!("{name:?} is neither a preset ({}) nor a file", presets().join(", "));
    };
    let input = compiled.plan.inputs.first().context("the model has no input")?;
    let channels = preset.recipe(1, 1, Layout::ChannelsFirst).channels.count();
    let fits = |extent: u32| extent as usize == channels;
    let (width, height, layout) = match input.shape[..] {
        [_, extent, height, width] if fits(extent) => (width, height, Layout::ChannelsFirst),
        [_, height, width, extent] if fits(extent) => (width, height, Layout::ChannelsLast),
        _ => bail!(
            "the preset {name} makes pictures with {channels} channels, and the input {} has the shape {:?}",
            input.name,
            input.shape
        ),
    };
    Ok(Recipe::Image(preset.recipe(width, height, layout)))
}

fn presets() -> Vec<&'static str> {
    maasm_media::PRESETS.iter().map(|preset| preset.name).collect()
}

fn preprocess_help() -> String {
    let mut help = "How a picture becomes the input: a recipe in a JSON file, or one of these, for the size of the \
                    model's input. Without it the model takes tensors only.\n"
        .to_owned();
    for preset in maasm_media::PRESETS {
        help.push_str(&format!("\n- {}: {}", preset.name, preset.summary));
    }
    help
}

/// Writes a file, so that it is there whole or not at all.
fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // A temporary file is its user's alone; a component is there to be given away.
        file.as_file().set_permissions(fs::Permissions::from_mode(0o644))?;
    }
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}
