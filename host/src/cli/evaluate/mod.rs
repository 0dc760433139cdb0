//! `maasm evaluate`
//!
//! # Layout
//! - `local`: on this machine; `remote`: at a server
//! - `samples`: what `--data` means; `effort`: how figures are computed
//! - `text`: a report for people; `progress`: how far it is

mod effort;
mod local;
mod progress;
mod remote;
pub(super) mod samples;
mod text;

pub(super) use effort::Effort;
use local::{Component, Kept};
pub(super) use progress::Bar;
pub(super) use remote::{packed, whole};
pub(super) use text::report as text;

use super::output::{self, Output};
use super::place::{At, Side};
use anyhow::{Context, Result, bail};
use maasm_app::Service;
use maasm_evaluation::Report;
use maasm_registry::Reference;
use std::path::{Path, PathBuf};

/// Evaluate a version on labelled data, and keep the report with it.
///
/// Data is a folder for each class; or files and a table manifest.csv (file,label) or manifest.jsonl that says what is true
/// of each; or a tar or zip archive of either; or the name of a data set that was added before. An evaluation that was
/// interrupted goes on where it was. Instead of a version, a component may be given, whose report is kept nowhere.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  maasm evaluate my-cnn@1.0.0 --data photos/
  maasm evaluate my-cnn@1.1.0 --data photos/ --against my-cnn@1.0.0 --report report.html
  maasm evaluate my-cnn@1.1.0 --data photos --server https://models.example.org
  maasm evaluate my-cnn.wasm --data labels.csv --json
  maasm evaluate int8.wasm --against my-cnn.wasm --data photos/")]
pub struct Arguments {
    /// The version: NAME, NAME@1.0.0, NAME@^1, NAME@latest, NAME@ALIAS; or a component, FILE.wasm
    #[arg(value_name = "NAME[@VERSION]|FILE")]
    version: String,
    /// A folder, a table, an archive, or the name of a data set
    #[arg(long, value_name = "DATA")]
    data: PathBuf,
    /// Another version or component, FILE.wasm, which answers the same samples for comparison; or a report, FILE.json, about
    /// the same data
    #[arg(long, value_name = "NAME[@VERSION]|FILE")]
    against: Option<String>,
    /// Compares with a report about other data, too
    #[arg(long, requires = "against")]
    force: bool,
    /// Where to write the report: FILE.html to look at, FILE.json for programs, - for JSON on standard output; repeat it
    /// for several
    #[arg(long, value_name = "FILE", value_parser = report_file)]
    report: Vec<PathBuf>,
    #[command(flatten)]
    effort: Effort,
    #[command(flatten)]
    at: At,
}

/// What another version is, or what is known of it.
enum Against {
    Version(Reference),
    Component(PathBuf),
    Report(Box<Report>),
}

/// Runs it.
pub(super) fn run(arguments: Arguments) -> Result<()> {
    let files = [Some(arguments.version.as_str()), arguments.against.as_deref()].into_iter().flatten();
    let inputs = arguments.at.inputs().files(files).data([&arguments.data]);
    let outputs = output::check(&inputs, &arguments.report)?;
    let against = arguments.against.as_deref().map(against).transpose()?;
    let mut report = evaluate(&arguments, against.as_ref())?;
    if let Some(Against::Report(baseline)) = &against {
        report.compare_with(baseline, arguments.force).map_err(anyhow::Error::msg)?;
    }
    write(&report, &outputs)?;
    let document = serde_json::to_string(&report)?.into();
    arguments.at.tell_beside(&outputs, &document, |report| Ok(text::report(&report, &arguments.report)))
}

/// Evaluates a version or a component beside another version or component, wherever each is.
fn evaluate(arguments: &Arguments, against: Option<&Against>) -> Result<Report> {
    let component = component(&arguments.version).map(Component::open).transpose()?;
    let version: Option<Reference> = match component {
        Some(_) => None,
        None => Some(arguments.version.parse()?),
    };
    let (other, other_version) = match against {
        Some(Against::Component(path)) => (Some(Component::open(path)?), None),
        Some(Against::Version(version)) => (None, Some(version)),
        Some(Against::Report(_)) | None => (None, None),
    };
    // Two files take no folder.
    let place = (version.is_some() || other_version.is_some()).then(|| arguments.at.place()).transpose()?;
    let service = match (place.as_ref().map(|place| (place, place.side())), &version) {
        (Some((_, Side::Remote(_))), _) if component.is_some() || other.is_some() => {
            bail!(
                "a component in a file and a version at a server cannot be compared; publish the component there first"
            )
        }
        (Some((place, Side::Remote(remote))), Some(version)) => {
            return place.wait(remote::version(arguments, remote, version, other_version));
        }
        (Some((_, Side::Local(local))), _) => Some(local.service()),
        _ => None,
    };
    let own = kept(&component, version.as_ref(), service).context("there is nothing to evaluate")?;
    let registry = service.unwrap_or(own.service).registry();
    local::evaluate(arguments, registry, own, kept(&other, other_version, service))
        .with_context(|| arguments.version.clone())
}

/// A component, or else a version that this service keeps.
fn kept<'a>(
    component: &'a Option<Component>,
    version: Option<&'a Reference>,
    service: Option<&'a Service>,
) -> Option<Kept<'a>> {
    match component {
        Some(component) => Some(component.kept()),
        None => Some(Kept { service: service?, version: version? }),
    }
}

/// The file of a component, if that is what is named.
fn component(text: &str) -> Option<&Path> {
    Some(Path::new(text)).filter(|path| path.extension().is_some_and(|extension| extension == "wasm"))
}

fn against(text: &str) -> Result<Against> {
    if let Some(path) = component(text) {
        return Ok(Against::Component(path.into()));
    }
    let path = Path::new(text);
    if path.extension().is_none_or(|extension| extension != "json") {
        return Ok(Against::Version(text.parse()?));
    }
    let report = maasm_files::text::read(path)?;
    let report: Report = serde_json::from_str(&report).with_context(|| format!("{text} is no report"))?;
    Ok(Against::Report(Box::new(report)))
}

/// Writes a report into each file as the file's name asks for.
pub(super) fn write(report: &Report, outputs: &[Output]) -> Result<()> {
    outputs.iter().try_for_each(|output| {
        let is_html = output.path().extension().is_some_and(|extension| extension == "html");
        let text = match is_html {
            true => maasm_evaluation::html::page(report),
            false => serde_json::to_string_pretty(report)? + "\n",
        };
        output.write(text.as_bytes())
    })
}

/// A name that tells how a report is to be written.
pub(super) fn report_file(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("html" | "json") => Ok(path),
        _ if Output::at(&path).is_ok_and(|output| !output.is_file()) => Ok(path),
        _ => Err("name it FILE.html or FILE.json, or - for JSON on standard output".into()),
    }
}
