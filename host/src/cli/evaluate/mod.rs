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
pub(super) use progress::Bar;
pub(super) use remote::{packed, whole};
pub(super) use text::report as text;

use super::place::{At, Side};
use crate::registry::Reference;
use anyhow::{Context, Result, bail};
use maasm_evaluation::Report;
use std::path::{Path, PathBuf};

/// Evaluate a version on labelled data, and keep the report with it.
///
/// Data is a folder for each class; or files and a table manifest.csv (file,label) or manifest.jsonl that says what is true
/// of each; or a tar or zip archive of either; or the name of a data set that was added before. An evaluation that was
/// interrupted goes on where it was. Instead of a version, a component may be given.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  maasm evaluate my-cnn@1.0.0 --data photos/
  maasm evaluate my-cnn@1.1.0 --data photos/ --against my-cnn@1.0.0 --report report.html
  maasm evaluate my-cnn@1.1.0 --data photos --server https://models.example.org
  maasm evaluate my-cnn.wasm --data labels.csv --json")]
pub struct Arguments {
    /// The version: NAME, NAME@1.0.0, NAME@^1, NAME@latest, NAME@ALIAS; or a component, FILE.wasm
    #[arg(value_name = "NAME[@VERSION]")]
    version: String,
    /// A folder, a table, an archive, or the name of a data set
    #[arg(long, value_name = "DATA")]
    data: PathBuf,
    /// Another version, which answers the same samples for comparison; or a report, FILE.json, about the same data
    #[arg(long, value_name = "NAME[@VERSION]")]
    against: Option<String>,
    /// Compares with a report about other data, too
    #[arg(long, requires = "against")]
    force: bool,
    /// Where to write the report: FILE.html to look at, FILE.json for programs; repeat it for both
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
    Report(Box<Report>),
}

/// Runs it.
pub(super) fn run(arguments: Arguments) -> Result<()> {
    let against = arguments.against.as_deref().map(against).transpose()?;
    let other = match &against {
        Some(Against::Version(reference)) => Some(reference),
        _ => None,
    };
    let is_component = Path::new(&arguments.version).extension().is_some_and(|extension| extension == "wasm");
    let mut report = if is_component {
        if other.is_some() {
            bail!("a component is compared with a report (FILE.json); publish it to compare it with a version");
        }
        local::component(&arguments)?
    } else {
        let version: Reference = arguments.version.parse()?;
        let place = arguments.at.place()?;
        match place.side() {
            Side::Local(at) => local::version(&arguments, at.service(), &version, other)?,
            Side::Remote(at) => place.wait(remote::version(&arguments, at, &version, other))?,
        }
    };
    if let Some(Against::Report(baseline)) = &against {
        report.compare_with(baseline, arguments.force).map_err(anyhow::Error::msg)?;
    }
    for path in &arguments.report {
        write(&report, path).with_context(|| format!("cannot write {}", path.display()))?;
    }
    arguments.at.tell(&serde_json::to_string(&report)?.into(), |report| Ok(text::report(&report, &arguments.report)))
}

fn against(text: &str) -> Result<Against> {
    let path = Path::new(text);
    if path.extension().is_none_or(|extension| extension != "json") {
        return Ok(Against::Version(text.parse()?));
    }
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {text}"))?;
    let report: Report = serde_json::from_slice(&bytes).with_context(|| format!("{text} is no report"))?;
    Ok(Against::Report(Box::new(report)))
}

/// Writes a report as the file's name asks for.
pub(super) fn write(report: &Report, path: &Path) -> Result<()> {
    let is_html = path.extension().is_some_and(|extension| extension == "html");
    let text = match is_html {
        true => maasm_evaluation::html::page(report),
        false => serde_json::to_string_pretty(report)? + "\n",
    };
    Ok(std::fs::write(path, text)?)
}

/// A name that tells how a report is to be written.
pub(super) fn report_file(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("html" | "json") => Ok(path),
        _ => Err("name it FILE.html or FILE.json".into()),
    }
}
