//! On this machine.

use super::Arguments;
use crate::cli::evaluate::{Bar, samples};
use crate::cli::package::{Form, Progress};
use crate::cli::place::Place;
use anyhow::{Context, Result};
use maasm_app::{Compiler, Optimize, Optimized, Service};
use maasm_evaluation::Report;
use maasm_files::temporary;
use maasm_package::build::BuildRequest;
use maasm_registry::Intent;
use std::path::{Path, PathBuf};

/// Optimises a version of the folder.
pub fn optimize(arguments: &Arguments, service: &Service, place: &Place) -> Result<(Optimized, Option<Report>)> {
    let registry = service.registry();
    let parent = registry.find(&arguments.version)?;
    let number = match &arguments.number {
        Some(number) => number.clone(),
        None => registry.next_number(&parent.facts.name)?,
    };
    let calibrate = arguments.calibrate.as_deref().map(|path| content(path, service)).transpose()?;
    let data = arguments.evaluate.as_deref().map(|path| samples::open(path, registry)).transpose()?;
    let folder = temporary::Folder::new().context("cannot make a temporary folder")?;
    let compiler = Compiler::UNLIMITED;
    let progress = Progress::new(Form::Text);
    let compile = |request: BuildRequest, output: &Path| {
        place.wait(compiler.run(request, output, Path::new("."), |stage| progress.stage(stage))).map(drop)
    };
    let bar = Bar::new();
    let wanted = Optimize {
        version: &arguments.version,
        number: &number,
        recipe: &arguments.recipe,
        model: arguments.model.as_deref(),
        calibrate: calibrate.as_deref(),
        evaluate: data.as_ref(),
        method: arguments.effort.method(),
        folder: folder.path(),
        compile: &compile,
        stage: &|stage| progress.stage(stage),
        search: None,
        progress: &|what, progress| bar.tell(what, progress),
        cancelled: &|| false,
    };
    let intent = Intent::local();
    let optimized = match (&arguments.evaluate, arguments.auto) {
        (Some(path), true) => {
            let half = |which| anyhow::Ok(samples::open(path, registry)?.half(which)?);
            service.search(&intent, &wanted, &arguments.bounds, [&half(0)?, &half(1)?])?
        }
        _ => service.optimize(&intent, &wanted)?,
    };
    bar.finish();
    Ok(optimized)
}

/// The file or folder with samples: something on this machine, or a data set's blob.
fn content(path: &Path, service: &Service) -> Result<PathBuf> {
    if path.exists() {
        return std::path::absolute(path).with_context(|| path.display().to_string());
    }
    let name = path.to_str().context("there is no such file")?;
    let set = service.registry().data(name).with_context(|| format!("there is no file {name}, and"))?;
    Ok(service.registry().blobs().path(&set.content))
}
