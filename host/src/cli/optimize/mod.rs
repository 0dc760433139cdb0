//! `maasm optimize`
//!
//! # Layout
//! - `local`: on this machine; `remote`: at a server
//! - `text`: what came of it, for people

mod local;
mod remote;
mod text;

pub(super) use remote::data;

use super::evaluate::{self, Effort};
use super::output;
use super::place::{At, Side};
use anyhow::{Result, bail};
use maasm_app::Bounds;
use maasm_component::Recipe;
use maasm_registry::Reference;
use semver::Version;
use std::path::PathBuf;

/// Make a smaller or faster version of a version, with the proof beside it.
///
/// The version itself stays as it is: what comes of it is a new version, which knows its parent and its recipe. With
/// --evaluate both are evaluated on the same data, and the report goes with the new version. The same recipe on the same
/// version with the same samples gives the same bytes.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  maasm optimize my-cnn@1.0.0 --quantize int8 --calibrate photos/ --evaluate photos-test/
  maasm optimize my-cnn@1.0.0 --prune 0.5 --evaluate photos-test/ --report report.html
  maasm optimize my-cnn@1.0.0 --prune-channels 0.3 --evaluate photos-test/
  maasm optimize my-cnn@1.0.0 --auto --max-top1-drop 0.005 --calibrate photos/ --evaluate photos-test/
  maasm optimize my-cnn --weights f16 --as 1.2.0 --server https://models.example.org")]
pub struct Arguments {
    /// The version: NAME, NAME@1.0.0, NAME@^1, NAME@latest, NAME@ALIAS
    #[arg(value_name = "NAME[@VERSION]")]
    version: Reference,
    #[command(flatten)]
    recipe: Recipe,
    /// Search for the recipe: try many, show the frontier, and take the fastest within the bounds. A search that was
    /// interrupted goes on where it was
    #[arg(long, requires = "evaluate")]
    auto: bool,
    #[command(flatten, next_help_heading = "Bounds of a search")]
    bounds: Bounds,
    /// Pictures such as the model will see, which show the ranges of values for integers: a folder, labelled data, or the
    /// name of a data set
    #[arg(long, value_name = "DATA")]
    calibrate: Option<PathBuf>,
    /// Labelled data on which the version and the new one are evaluated; none of it may be among the pictures for
    /// --calibrate
    #[arg(long, value_name = "DATA")]
    evaluate: Option<PathBuf>,
    /// The number of the new version [default: the one after the highest]
    #[arg(long = "as", value_name = "VERSION")]
    number: Option<Version>,
    /// The ONNX file of the version, if that is not kept with it
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// Where to write the report: FILE.html to look at, FILE.json for programs, - for JSON on standard output; repeat it
    /// for several
    #[arg(long, value_name = "FILE", value_parser = evaluate::report_file, requires = "evaluate")]
    report: Vec<PathBuf>,
    #[command(flatten)]
    effort: Effort,
    #[command(flatten)]
    at: At,
}

/// Runs it.
pub(super) fn run(arguments: Arguments) -> Result<()> {
    match (arguments.auto, arguments.recipe.is_empty()) {
        (false, _) => arguments.recipe.check(),
        (true, true) => arguments.bounds.check(),
        (true, false) => Err("give either --auto, or what is to be done".into()),
    }
    .map_err(anyhow::Error::msg)?;
    if arguments.recipe.quantize.is_some() && arguments.calibrate.is_none() {
        bail!("quantising takes samples that show the ranges of values; name some with --calibrate");
    }
    let data = [&arguments.calibrate, &arguments.evaluate].into_iter().flatten();
    let inputs = arguments.at.inputs().models(&arguments.model).data(data);
    let outputs = output::check(&inputs, &arguments.report)?;
    let place = arguments.at.place()?;
    let (optimized, report) = match place.side() {
        Side::Local(local) => local::optimize(&arguments, local.service(), &place)?,
        Side::Remote(remote) => place.wait(remote::optimize(&arguments, remote))?,
    };
    if let Some(report) = &report {
        evaluate::write(report, &outputs)?;
    }
    let document = serde_json::to_string(&optimized)?.into();
    arguments.at.tell_beside(&outputs, &document, |optimized| Ok(text::optimized(&optimized, &arguments.report)))
}
