//! Into a folder of this machine.

use super::Model;
use crate::cli::package::{Form, Progress};
use anyhow::{Context, Result};
use maasm_app::Service;
use maasm_files::temporary;
use maasm_graph as graph;
use maasm_package::build::build;
use maasm_registry::{self as registry, Intent, Made, Provenance, Record};
use maasm_server::{AS_IT_IS, COMPILED, Published};
use std::fs::File;
use std::path::Path;

/// What the name is, where nothing tells one.
const NAMELESS: &str = "model";

/// Publishes a model, which is compiled in this process if need be.
pub fn publish(service: &Service, model: Model) -> Result<Published> {
    let intent = Intent::local();
    let request = model.request.clone();
    let record = match &model.file {
        Some(file) if model.is_component => service.publish(&intent, file, request.provenance(&intent.by, AS_IT_IS))?,
        _ => compile(service, &intent, model)?,
    };
    Ok(request.finish(service, &intent, record)?)
}

fn compile(service: &Service, intent: &Intent, model: Model) -> Result<Record> {
    let Model { file, mut wish, request, .. } = model;
    wish.model = file.clone();
    let told = match &file {
        Some(file) => graph::told(file)?,
        None => graph::Told::default(),
    };
    let name = wish.name.take().or(told.name).unwrap_or_else(|| NAMELESS.into());
    registry::check_name(&name)?;
    let version = match wish.version.take().or(told.version) {
        Some(version) => version,
        None => service.registry().next_number(&name)?.to_string(),
    };
    wish.name = Some(name);
    wish.version = Some(version);
    let progress = Progress::new(Form::Text);
    let folder = temporary::Folder::new().context("cannot make a temporary folder")?;
    let source = folder.path().join("source.onnx");
    wish.keep_source = Some(source.clone());
    let recipe =
        (!wish.recipe.is_empty()).then(|| Made { recipe: wish.recipe.clone(), calibration: None, tuning: None });
    let made = build(wish, &|event| progress.see(event))?;
    progress.stage("publishing");
    let lock = service.lock()?;
    let blobs = service.registry().blobs();
    let failed = || format!("cannot write to {}", service.registry().folder().display());
    let model = File::open(&source).and_then(|mut source| blobs.add_from(&mut source)).with_context(failed)?;
    let stored = blobs.add(&made.component).with_context(failed)?;
    let provenance = Provenance { recipe, model: Some(model.digest), ..request.provenance(&intent.by, COMPILED) };
    let called = file.unwrap_or_else(|| Path::new("the component").into());
    Ok(service.publish_stored(intent, stored, provenance, &lock, &called)?)
}
