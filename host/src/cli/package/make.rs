//! A model becomes a component in memory.

use super::labels;
use super::progress::Progress;
use crate::cli::output::{Inputs, Output};
use crate::cli::shape;
use crate::compile::{self, Compiled};
use crate::optimize::{self, Applied, Head, Recipe as Optimization, Samples};
use crate::package::{self, Simd};
use crate::scores;
use crate::source::{Limits, Source, Told};
use crate::text;
use anyhow::{Context, bail};
use maasm_plan::recipe::Layout;
use maasm_plan::{Card, Recipe};
use maasm_protocol::evaluation::Scores;
use prost::Message;
use std::path::{Path, PathBuf};

/// What is to be made of a model.
#[derive(clap::Args)]
pub struct Wish {
    /// Instead of an ONNX file: the model's structure, as `maasm inspect --structure` writes it.
    #[arg(long, requires = "params")]
    pub structure: Option<PathBuf>,
    /// The parameters of the structure: .safetensors, .npz or .pth.
    #[arg(long, requires = "structure")]
    pub params: Option<PathBuf>,
    /// The model's name: lower-case letters, digits, '.', '_' and '-'. A document may tell it, too.
    #[arg(long)]
    pub name: Option<String>,
    /// The model's semantic version, like 1.0.0. A document may tell it, too.
    #[arg(long)]
    pub version: Option<String>,
    /// The classes' names, one a line, in the order of the output: UTF-8 text, no table and no JSON.
    #[arg(long, value_name = "FILE")]
    pub labels: Option<PathBuf>,
    /// How a picture becomes the input: a preset's name or a recipe in a JSON file. Without it the model takes tensors
    /// only.
    #[arg(long, value_name = "PRESET|FILE", long_help = preprocess_help())]
    pub preprocess: Option<String>,
    /// The kind of the model's first output, of which `recognize` and `evaluate` make scores [default: auto]
    #[arg(long, value_name = "KIND")]
    pub scores: Option<scores::Told>,
    /// What the model is, in a sentence.
    #[arg(long)]
    pub description: Option<String>,
    /// The licence of its weights, an SPDX expression.
    #[arg(long)]
    pub license: Option<String>,
    /// Where it came from, a URL or a name.
    #[arg(long)]
    pub source: Option<String>,
    /// Which vector instructions the component uses.
    #[arg(long, default_value = "relaxed")]
    pub simd: Simd,
    #[command(flatten, next_help_heading = "Optimisation")]
    pub recipe: Optimization,
    /// What shows the ranges of values for `--quantize`: some hundred pictures such as the model will see, in a folder,
    /// or labelled data. They are not to be those that it is evaluated with.
    #[arg(long, value_name = "DATA", requires = "quantize")]
    pub calibrate: Option<PathBuf>,
    /// Makes a component of the network up to its classifier's last layer
    #[arg(long, hide = true)]
    pub features: bool,
    /// A file with another last layer and its classes' names
    #[arg(long, value_name = "FILE", hide = true)]
    pub head: Option<PathBuf>,
    /// Where the graph is written from which this can be made again
    #[arg(long, value_name = "FILE", hide = true)]
    pub keep_source: Option<PathBuf>,
    /// The shape of an input whose axes the model leaves open, like data=1x3x224x224; repeat it for several.
    #[arg(long = "shape", value_name = "NAME=SHAPE", value_parser = shape::parse)]
    pub shapes: Vec<(String, Vec<usize>)>,
}

/// A component, and what is told of it.
pub struct Made {
    pub name: String,
    pub version: String,
    pub component: Vec<u8>,
    pub parameters: u64,
    pub multiply_accumulates: u64,
    /// Bytes of activations at most.
    pub activations: u64,
    /// Bytes of weights.
    pub weights: u64,
    /// What its convolutions and dense layers compute with.
    pub layers: compile::Layers,
    /// The kind of its outputs, if they are a list of classes.
    pub scores: Option<Scores>,
}

impl Wish {
    /// The files that it names to be read.
    pub fn inputs(&self) -> Inputs {
        let recipe = self.preprocess.as_deref().filter(|name| maasm_media::preset(name).is_none());
        let files = [&self.structure, &self.params, &self.labels, &self.head].into_iter().flatten();
        Inputs::default().files(files).files(recipe).data(&self.calibrate)
    }

    /// Makes the component of the model in this file, or of `--structure` and `--params`.
    ///
    /// # Errors
    /// If the model cannot be read or compiled, or something that it needs is not told.
    pub fn make(self, model: Option<&Path>, progress: &Progress) -> anyhow::Result<Made> {
        progress.stage("reading");
        let Source { mut model, digest, told, .. } = self.load(model)?;
        let mut labels = match &self.labels {
            Some(path) => labels::read(path)?,
            None => told.labels.unwrap_or_default(),
        };
        if self.features {
            (model, labels) = (optimize::features(&model)?, Vec::new());
        }
        if let Some(path) = &self.head {
            let head: Head =
                serde_json::from_str(&text::read(path)?).with_context(|| format!("{} is no head", path.display()))?;
            model = optimize::with_head(&model, &head)?;
            labels = head.labels;
        }
        let shapes = match self.shapes.is_empty() {
            true => told.shapes.into_iter().flatten().collect(),
            false => self.shapes,
        };
        let options = compile::Options { shapes, ..compile::Options::default() };
        if self.recipe.restructures() {
            progress.stage("restructuring");
            model = optimize::restructure(model, &self.recipe, &options)?;
        }
        progress.stage("compiling");
        let compiled = compile::compile(&model, &options)?;
        compiled.notes.iter().for_each(|note| eprintln!("note: {note}"));
        let recipe = match (self.preprocess.as_deref(), told.preprocess) {
            (Some(name), _) => Some(recipe(name, &compiled)?),
            (None, Some(serde_json::Value::String(name))) => Some(preset(&name, &compiled)?),
            (None, Some(recipe)) => Some(serde_json::from_value(recipe).context("`preprocess` is not a recipe")?),
            (None, None) => None,
        };
        if recipe.is_none() && self.recipe.media.is_some() {
            bail!("--media tells which pictures are taken; say how they become the input, too, with --preprocess");
        }
        let told = Told {
            name: self.name.or(told.name),
            version: self.version.or(told.version),
            description: self.description.or(told.description),
            license: self.license.or(told.license),
            source: self.source.or(told.source),
            labels: Some(labels),
            preprocess: recipe.as_ref().map(serde_json::to_value).transpose()?,
            scores: (!self.features).then(|| self.scores.or(told.scores)).flatten(),
            media: self.recipe.media.clone().or(told.media),
            shapes: Some(options.shapes.iter().cloned().collect()),
        };
        let samples = || {
            progress.stage("calibrating");
            let data = self.calibrate.as_deref().context("say what shows the ranges of values, with --calibrate")?;
            Samples::open(data)?.inputs(recipe.as_ref())
        };
        let Applied { compiled, kept_float } = optimize::apply(&model, compiled, &self.recipe, options, samples)?;
        if !kept_float.is_empty() {
            eprintln!("note: left in f32: {}", kept_float.join(", "));
        }
        if let Some(path) = &self.keep_source {
            // The next version is called by another name and number.
            Told { name: None, version: None, ..told.clone() }.write_into(&mut model);
            Output::at(path)?.write(&model.encode_to_vec())?;
        }
        // Weights are in memory twice by now; from here on one copy is enough.
        drop(model);
        progress.stage("packaging");
        let scores = scores::find(&compiled, recipe.as_ref());
        let told_scores = told.scores.and_then(scores::Told::scores);
        let is_list = scores::is_list(&compiled.plan);
        if let Some(told) = told_scores.filter(|told| is_list && *told != scores) {
            let [told, found] = [told, scores].map(|scores| scores::spoken(scores).name());
            eprintln!(
                "note: the scores are {told}, as they are told to be; what the model computes looks like {found}"
            );
        }
        let card = Card {
            name: told.name.context("say what the model is called, with --name")?,
            version: told.version.context("say which version it is, with --version 1.0.0")?,
            description: told.description.unwrap_or_default(),
            license: told.license.unwrap_or_default(),
            source: told.source.unwrap_or_default(),
            source_digest: digest,
            labels: told.labels.unwrap_or_default().into(),
            scores: told_scores.unwrap_or(scores),
            media: told.media.iter().flatten().map(|format| format.media_type().name().into()).collect(),
            ..Card::default()
        };
        let (name, version) = (card.name.clone(), card.version.clone());
        let scores = is_list.then(|| scores::spoken(card.scores));
        let component = package::package_with(&compiled, card, recipe, self.simd)?;
        Ok(Made {
            name,
            version,
            component,
            parameters: compiled.parameters,
            multiply_accumulates: compiled.multiply_accumulates,
            activations: compiled.plan.arena_len,
            weights: compiled.constants.len() as u64,
            layers: compiled.layers(),
            scores,
        })
    }

    fn load(&self, model: Option<&Path>) -> anyhow::Result<Source> {
        let limits = Limits::default();
        let source = match (model, &self.structure, &self.params) {
            (Some(model), ..) => Source::from_file(model, &limits)?,
            (None, Some(structure), Some(params)) => Source::from_structure(structure, params, &limits)?,
            _ => bail!("give an ONNX file, a document, or --structure and --params"),
        };
        if !source.unused.is_empty() {
            eprintln!("note: the structure has no use for {}", source.unused.join(", "));
        }
        Ok(source)
    }
}

/// The recipe of this name, or the one in this file.
///
/// # Errors
/// If there is none, it cannot be read, or its pictures do not fit the model's first input.
pub fn recipe(name: &str, compiled: &Compiled) -> anyhow::Result<Recipe> {
    if maasm_media::preset(name).is_some() || !Path::new(name).is_file() {
        return preset(name, compiled);
    }
    serde_json::from_str(&text::read(Path::new(name))?).with_context(|| format!("{name} is not a recipe"))
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
