//! The one door from a model to its component: a request goes in, a component and what is told of it come out.
//!
//! # Layout
//! - `request`: what is asked for; `error`: why there is no component
//! - `labels`: the classes' names; `preprocess`: how a picture becomes the input; `shape`: shapes as arguments

mod error;
mod labels;
mod preprocess;
mod request;
mod shape;

pub use error::BuildError;
pub use preprocess::recipe;
pub use request::BuildRequest;
pub use shape::parse as parse_shape;

use crate::optimize::{self, Applied, Head, Samples};
use crate::package_with;
use anyhow::{Context, bail};
use maasm_compile::{Compiled, Options, compile};
use maasm_component::ScoreKind;
use maasm_files::text;
use maasm_graph::{Limits, Source, Told};
use maasm_plan::{Card, Recipe};
use maasm_protocol::evaluation::Scores;
use maasm_scores as scores;
use prost::Message;
use serde::{Deserialize, Serialize};
use std::fs;

/// What happens while a component is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The next stage begins.
    Stage(&'static str),
    /// Something that the user should know.
    Note(String),
}

/// A component, and what is told of it.
#[derive(Clone, Debug)]
pub struct Built {
    /// The bytes.
    pub component: Vec<u8>,
    /// What is told of it.
    pub summary: Summary,
}

/// Facts about a component that was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// The model's name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// How many parameters it has.
    pub parameters: u64,
    /// Multiply-accumulate operations of one inference.
    pub multiply_accumulates: u64,
    /// Bytes of activations at most.
    pub activations: u64,
    /// Bytes of weights.
    pub weights: u64,
    /// Convolutions and dense layers that compute with bytes.
    pub int8_layers: usize,
    /// Convolutions and dense layers that compute with f32.
    pub float_layers: usize,
    /// The kind of the outputs, if they are a list of classes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scores: Option<Scores>,
}

/// Makes a component; `watch` is told what happens meanwhile.
///
/// # Errors
/// If the model cannot be read or compiled, something that it needs is not told, or the machine fails.
pub fn build(request: BuildRequest, watch: &dyn Fn(Event)) -> Result<Built, BuildError> {
    Ok(make(request, watch)?)
}

fn make(request: BuildRequest, watch: &dyn Fn(Event)) -> anyhow::Result<Built> {
    let note = |note: String| watch(Event::Note(note));
    let stage = |stage| watch(Event::Stage(stage));
    stage("reading");
    let Source { mut model, digest, told, unused } = load(&request)?;
    if !unused.is_empty() {
        note(format!("the structure has no use for {}", unused.join(", ")));
    }
    let mut labels = match &request.labels {
        Some(path) => labels::read(path)?,
        None => told.labels.clone().unwrap_or_default(),
    };
    if request.features {
        (model, labels) = (optimize::features(&model)?, Vec::new());
    }
    if let Some(path) = &request.head {
        let head: Head =
            serde_json::from_str(&text::read(path)?).with_context(|| format!("{} is not a head", path.display()))?;
        model = optimize::with_head(&model, &head)?;
        labels = head.labels;
    }
    let shapes = match request.shapes.is_empty() {
        true => told.shapes.clone().into_iter().flatten().collect(),
        false => request.shapes.clone(),
    };
    let options = Options { shapes, ..Options::default() };
    if request.recipe.restructures() {
        stage("restructuring");
        model = optimize::restructure(model, &request.recipe, &options)?;
    }
    stage("compiling");
    let compiled = compile(&model, &options)?;
    compiled.notes.iter().map(ToString::to_string).for_each(note);
    let recipe = preprocessing(&request, told.preprocess.clone(), &compiled)?;
    let mut told = together(&request, told);
    told.labels = Some(labels);
    told.preprocess = recipe.as_ref().map(serde_json::to_value).transpose()?;
    told.shapes = Some(options.shapes.iter().cloned().collect());
    let samples = || {
        stage("calibrating");
        let data = request.calibrate.as_deref().context("say what shows the ranges of values, with --calibrate")?;
        Samples::open(data)?.inputs(recipe.as_ref())
    };
    let Applied { compiled, kept_float } = optimize::apply(&model, compiled, &request.recipe, options, samples)?;
    if !kept_float.is_empty() {
        note(format!("left in f32: {}", kept_float.join(", ")));
    }
    if let Some(path) = &request.keep_source {
        // The next version is called by another name and number.
        Told { name: None, version: None, ..told.clone() }.write_into(&mut model);
        fs::write(path, model.encode_to_vec()).with_context(|| format!("cannot write {}", path.display()))?;
    }
    // Weights are in memory twice by now; from here on one copy is enough.
    drop(model);
    stage("packaging");
    let found = scores::find(&compiled, recipe.as_ref());
    let is_list = scores::is_list(&compiled.plan);
    let wanted = told.scores.and_then(ScoreKind::scores);
    if let Some(wanted) = wanted.filter(|wanted| is_list && *wanted != found) {
        let [wanted, found] = [wanted, found].map(|scores| scores::spoken(scores).name());
        note(format!("the scores are {wanted}, as they are told to be; what the model computes looks like {found}"));
    }
    let card = Card {
        name: told.name.context("say what the model is called, with --name")?,
        version: told.version.context("say which version it is, with --version 1.0.0")?,
        description: told.description.unwrap_or_default(),
        license: told.license.unwrap_or_default(),
        source: told.source.unwrap_or_default(),
        source_digest: digest,
        labels: told.labels.unwrap_or_default().into(),
        scores: wanted.unwrap_or(found),
        media: told.media.iter().flatten().map(|format| format.media_type().name().into()).collect(),
        ..Card::default()
    };
    let layers = compiled.layers();
    let summary = Summary {
        name: card.name.clone(),
        version: card.version.clone(),
        parameters: compiled.parameters,
        multiply_accumulates: compiled.multiply_accumulates,
        activations: compiled.plan.arena_len,
        weights: compiled.constants.len() as u64,
        int8_layers: layers.int8,
        float_layers: layers.float,
        scores: is_list.then(|| scores::spoken(card.scores)),
    };
    Ok(Built { component: package_with(&compiled, card, recipe, request.simd)?, summary })
}

fn load(request: &BuildRequest) -> anyhow::Result<Source> {
    let limits = Limits::default();
    Ok(match (&request.model, &request.structure, &request.params) {
        (Some(model), ..) => Source::from_file(model, &limits)?,
        (None, Some(structure), Some(params)) => Source::from_structure(structure, params, &limits)?,
        _ => bail!("give an ONNX file, a document, or --structure and --params"),
    })
}

/// How a picture becomes the input: as the request says, or else as the model's file does.
fn preprocessing(
    request: &BuildRequest,
    told: Option<serde_json::Value>,
    compiled: &Compiled,
) -> anyhow::Result<Option<Recipe>> {
    let recipe = match (request.preprocess.as_deref(), told) {
        (Some(name), _) => Some(recipe(name, compiled)?),
        (None, Some(serde_json::Value::String(name))) => Some(preprocess::preset(&name, compiled)?),
        (None, Some(recipe)) => Some(serde_json::from_value(recipe).context("`preprocess` is not a recipe")?),
        (None, None) => None,
    };
    if recipe.is_none() && request.recipe.media.is_some() {
        bail!("--media tells which pictures are taken; say how they become the input, too, with --preprocess");
    }
    Ok(recipe)
}

/// Everything that is told of a model: by the request, or else by the model's file.
fn together(request: &BuildRequest, told: Told) -> Told {
    Told {
        name: request.name.clone().or(told.name),
        version: request.version.clone().or(told.version),
        description: request.description.clone().or(told.description),
        license: request.license.clone().or(told.license),
        source: request.source.clone().or(told.source),
        scores: (!request.features).then(|| request.scores.or(told.scores)).flatten(),
        media: request.recipe.media.clone().or(told.media),
        ..told
    }
}
