//! `maasm tune`

use super::evaluate::{self, Bar, Effort, samples};
use super::optimize;
use super::output;
use super::package::{Form, Progress};
use super::place::{At, Place, Side, job};
use anyhow::{Context, Result, bail};
use maasm_app::{Compiler, Service, Target, Tune, TunedVersion, put_aside};
use maasm_evaluation::Report;
use maasm_files::temporary;
use maasm_package::build::BuildRequest;
use maasm_registry::{Intent, Reference};
use maasm_server::TuneRequest;
use semver::Version;
use std::path::{Path, PathBuf};

/// Fit a classifier to labels of your own: a new last layer on the features that the version computes.
///
/// How strongly it is regularised is chosen by cross-validation on the data. What is reported is how it does on other
/// data: --evaluate, or a quarter of each class that is put aside before.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  maasm tune my-cnn@1.0.0 --data my-classes/ --evaluate my-test/
  maasm tune my-cnn@1.0.0 --data my-classes/ --name my-birds --as 1.0.0 --temperature
  maasm tune my-cnn --data my-classes --evaluate my-test --server https://models.example.org")]
pub struct Arguments {
    /// The version: NAME, NAME@1.0.0, NAME@^1, NAME@latest, NAME@ALIAS
    #[arg(value_name = "NAME[@VERSION]")]
    version: Reference,
    /// Labelled data with your classes: a folder for each, a table, an archive, or the name of a data set
    #[arg(long, value_name = "DATA")]
    data: PathBuf,
    /// Labelled data on which the new version is evaluated [default: a quarter of --data, put aside before]
    #[arg(long, value_name = "DATA")]
    evaluate: Option<PathBuf>,
    /// What the new version is called [default: as the version]
    #[arg(long)]
    name: Option<String>,
    /// The number of the new version [default: the one after the highest]
    #[arg(long = "as", value_name = "VERSION")]
    number: Option<Version>,
    /// Divide all logits by what makes probabilities as often right as they say (temperature scaling)
    #[arg(long)]
    temperature: bool,
    /// Find for each class from which probability on a sample counts as of it, so that this share of its samples is found
    #[arg(long, value_name = "SHARE", value_parser = share, conflicts_with = "precision")]
    recall: Option<f64>,
    /// As --recall, so that this share of what counts as of the class is of it
    #[arg(long, value_name = "SHARE", value_parser = share)]
    precision: Option<f64>,
    /// How many folds cross-validation has
    #[arg(long, value_name = "N", default_value = "5", value_parser = clap::value_parser!(u32).range(2..=50))]
    folds: u32,
    /// The ONNX file of the version, if that is not kept with it
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// Where to write the report: FILE.html to look at, FILE.json for programs, - for JSON on standard output; repeat it
    /// for several
    #[arg(long, value_name = "FILE", value_parser = evaluate::report_file)]
    report: Vec<PathBuf>,
    #[command(flatten)]
    effort: Effort,
    #[command(flatten)]
    at: At,
}

/// Runs it.
pub(super) fn run(arguments: Arguments) -> Result<()> {
    let data = [&arguments.data].into_iter().chain(&arguments.evaluate);
    let inputs = arguments.at.inputs().models(&arguments.model).data(data);
    let outputs = output::check(&inputs, &arguments.report)?;
    let place = arguments.at.place()?;
    let (tuned, report) = match place.side() {
        Side::Local(local) => here(&arguments, local.service(), &place)?,
        Side::Remote(remote) => {
            if arguments.model.is_some() {
                bail!(
                    "a server keeps the ONNX file of what it compiled itself; publish that file, and tune what comes of it"
                );
            }
            place.wait(async {
                let data = optimize::data(remote, Some(&arguments.data)).await?;
                let request = TuneRequest {
                    version: arguments.version.to_string(),
                    data: data.context("there is no data")?,
                    evaluate: optimize::data(remote, arguments.evaluate.as_deref()).await?,
                    name: arguments.name.clone(),
                    number: arguments.number.as_ref().map(ToString::to_string),
                    temperature: arguments.temperature,
                    recall: arguments.recall,
                    precision: arguments.precision,
                    folds: Some(arguments.folds),
                    resamples: Some(arguments.effort.resamples),
                    seed: Some(arguments.effort.seed),
                };
                let tuned: TunedVersion = job::ask(remote, "tune", &request).await?;
                let report = evaluate::whole(remote, &tuned.evaluation).await?;
                anyhow::Ok((tuned, report))
            })?
        }
    };
    evaluate::write(&report, &outputs)?;
    let document = serde_json::to_string(&tuned)?.into();
    arguments.at.tell_beside(&outputs, &document, |tuned| Ok(text(&tuned, &report, &arguments.report)))
}

/// On this machine.
fn here(arguments: &Arguments, service: &Service, place: &Place) -> Result<(TunedVersion, Report)> {
    let registry = service.registry();
    let parent = registry.find(&arguments.version)?;
    let name = arguments.name.clone().unwrap_or(parent.facts.name);
    let number = match &arguments.number {
        Some(number) => number.clone(),
        None => registry.next_number(&name)?,
    };
    let open = |path: &Path| samples::open(path, registry);
    let [data, test] = match &arguments.evaluate {
        Some(test) => [open(&arguments.data)?, open(test)?],
        None => {
            let data = open(&arguments.data)?;
            let aside = put_aside(&data, arguments.effort.seed)?;
            [data.only(|index| !aside[index])?, open(&arguments.data)?.only(|index| aside[index])?]
        }
    };
    let folder = temporary::Folder::new().context("cannot make a temporary folder")?;
    let compiler = Compiler::UNLIMITED;
    let progress = Progress::new(Form::Text);
    let compile = |request: BuildRequest, output: &Path| {
        place.wait(compiler.run(request, output, Path::new("."), |stage| progress.stage(stage))).map(drop)
    };
    let bar = Bar::new();
    let wanted = Tune {
        version: &arguments.version,
        number: &number,
        name: arguments.name.as_deref(),
        model: arguments.model.as_deref(),
        data: &data,
        evaluate: &test,
        temperature: arguments.temperature,
        target: arguments.recall.map(Target::Recall).or(arguments.precision.map(Target::Precision)),
        folds: arguments.folds,
        method: arguments.effort.method(),
        folder: folder.path(),
        compile: &compile,
        stage: &|stage| progress.stage(stage),
        progress: &|what, progress| bar.tell(what, progress),
        cancelled: &|| false,
    };
    let tuned = service.tune(&Intent::local(), &wanted)?;
    bar.finish();
    Ok(tuned)
}

/// What came of it, for people.
fn text(outcome: &TunedVersion, report: &Report, files: &[PathBuf]) -> String {
    let TunedVersion { version, parent, classes, tuned, remarks, accuracy, parent_accuracy, .. } = outcome;
    let facts = &version.facts;
    let percent = |share: f64| format!("{:.2} %", 100.0 * share);
    let mut text = format!("{}@{}, made of {parent}: {} classes\n", facts.name, facts.version, classes.len());
    text += &format!(
        "  fitted to {} samples with C = {}; right about {} of them in cross-validation\n",
        tuned.samples,
        tuned.c,
        percent(tuned.cross_validation_accuracy)
    );
    if let Some(temperature) = tuned.temperature {
        text += &format!("  all logits are divided by {temperature:.3}\n");
    }
    for one in &tuned.thresholds {
        let from = one.threshold.map_or_else(|| "no samples".into(), |threshold| format!("from {threshold:.4} on"));
        let missed = if one.reached { "" } else { ", which is as near as it comes" };
        let (precision, recall) = (percent(one.precision), percent(one.recall));
        text += &format!("  {}: {from}: precision {precision}, recall {recall}{missed}\n", one.class);
    }
    for remark in remarks {
        text += &format!("  note: {remark}\n");
    }
    let known = match parent_accuracy {
        None => format!("; {parent} does not know all of these classes"),
        Some(before) if before < accuracy => format!("; {parent}, of these classes alone, about {}", percent(*before)),
        Some(before) => format!(
            "; {parent}, of these classes alone, about {}: tuning has won nothing, so keep using that",
            percent(*before)
        ),
    };
    text += &format!("  right about {} of {} other samples{known}\n", percent(*accuracy), report.evaluated);
    for file in files {
        text += &format!("  report: {}\n", file.display());
    }
    text + &format!("to let it answer: maasm deploy {}@{}\n", facts.name, facts.version)
}

fn share(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(share) if share > 0.0 && share <= 1.0 => Ok(share),
        _ => Err("write a share above 0 and at most 1, like 0.9".into()),
    }
}
