//! `maasm publish`
//!
//! # Layout
//! - `local`: into a folder of this machine
//! - `remote`: to a server, which compiles it
//! - `upload`: files on their way to a server

mod local;
mod remote;
mod upload;

use super::deploy;
use super::phrases::size;
use super::place::{At, Document, Side};
use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use maasm_package::build::BuildRequest;
use maasm_server::{PublishRequest, Published};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Publish a model: a component as it is, anything else compiled first.
///
/// A version never changes. To publish the same component again changes nothing.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  maasm publish my-cnn-1.0.0.wasm --deploy
  maasm publish model.onnx --name my-cnn --labels labels.txt --preprocess imagenet
  maasm publish --structure model.json --params model.safetensors --name my-cnn --server https://models.example.org")]
pub struct Arguments {
    /// A component, an ONNX file, or a JSON document with `params` and `structure`
    #[arg(value_name = "FILE", required_unless_present = "structure", conflicts_with = "structure")]
    model: Option<PathBuf>,
    #[command(flatten)]
    wish: BuildRequest,
    /// The version that it was made from
    #[arg(long, value_name = "NAME@VERSION")]
    parent: Option<String>,
    /// Give it all of the model's requests at once
    #[arg(long)]
    deploy: bool,
    #[command(flatten)]
    at: At,
}

/// What is published.
struct Model {
    /// The file; none if the wish has a structure and parameters.
    file: Option<PathBuf>,
    /// Whether it is a component already.
    is_component: bool,
    wish: BuildRequest,
    request: PublishRequest,
}

/// Runs it.
pub(super) fn run(arguments: Arguments) -> Result<()> {
    let Arguments { model: file, wish, parent, deploy, at } = arguments;
    let is_component = file.as_deref().map(is_component).transpose()?.unwrap_or(false);
    if let (true, Some(option), Some(file)) = (is_component, needless(&wish), &file) {
        bail!("{} is a component, which tells that itself; leave {option} out", file.display());
    }
    let request = PublishRequest { parent, deploy, ..request(&wish) };
    let model = Model { file, is_component, wish, request };
    let place = at.place()?;
    let published = match place.side() {
        Side::Local(local) => local::publish(local.service(), model)?,
        Side::Remote(remote) => place.wait(remote::publish(remote, model))?,
    };
    at.tell(&Document::from(serde_json::to_string(&published)?), |published| Ok(text(&published)))
}

fn is_component(path: &Path) -> Result<bool> {
    let mut first = Vec::new();
    let read = File::open(path).and_then(|file| file.take(4).read_to_end(&mut first));
    read.with_context(|| format!("{} cannot be read", path.display()))?;
    Ok(first == b"\0asm")
}

/// An option that has no meaning for a component.
fn needless(wish: &BuildRequest) -> Option<&'static str> {
    let options = [
        ("--name", wish.name.is_some()),
        ("--version", wish.version.is_some()),
        ("--labels", wish.labels.is_some()),
        ("--preprocess", wish.preprocess.is_some()),
        ("--scores", wish.scores.is_some()),
        ("--description", wish.description.is_some()),
        ("--license", wish.license.is_some()),
        ("--source", wish.source.is_some()),
        ("--shape", !wish.shapes.is_empty()),
        ("--quantize and other optimisation", !wish.recipe.is_empty()),
    ];
    options.into_iter().find_map(|(option, given)| given.then_some(option))
}

/// The wish, as the server's route takes it. What is a file comes beside it.
fn request(wish: &BuildRequest) -> PublishRequest {
    let extents = |shape: &[usize]| shape.iter().map(usize::to_string).collect::<Vec<_>>().join("x");
    let shapes: Vec<_> = wish.shapes.iter().map(|(name, shape)| format!("{name}={}", extents(shape))).collect();
    PublishRequest {
        name: wish.name.clone(),
        version: wish.version.clone(),
        preprocess: wish.preprocess.clone().filter(|name| maasm_media::preset(name).is_some()),
        scores: wish.scores.and_then(|scores| Some(scores.to_possible_value()?.get_name().to_owned())),
        description: wish.description.clone(),
        license: wish.license.clone(),
        source: wish.source.clone(),
        shape: (!shapes.is_empty()).then(|| shapes.join(";")),
        ..PublishRequest::default()
    }
}

fn text(published: &Published) -> String {
    let Published { version, deployment } = published;
    let facts = &version.facts;
    let text =
        format!("{} {} is published: {}, {}\n", facts.name, facts.version, size(version.size), version.component);
    match deployment {
        Some(live) => text + &deploy::text(live),
        None => text + &format!("to let it answer: maasm deploy {}@{}\n", facts.name, facts.version),
    }
}
