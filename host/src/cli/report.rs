//! `maasm report`

use super::evaluate;
use super::output;
use super::place::At;
use anyhow::Result;
use maasm_evaluation::Report;
use maasm_registry::Reference;
use std::path::PathBuf;

/// Show a report that is kept with a version.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  maasm report my-cnn@1.0.0
  maasm report my-cnn@1.0.0 --output report.html")]
pub struct Arguments {
    /// The version: NAME, NAME@1.0.0, NAME@^1, NAME@latest, NAME@ALIAS
    #[arg(value_name = "NAME[@VERSION]")]
    version: Reference,
    /// Which report, by its id; the newest if absent
    #[arg(long, value_name = "ID", default_value = "latest")]
    id: String,
    /// Where to write it: FILE.html to look at, FILE.json for programs, - for JSON on standard output
    #[arg(long, short, value_name = "FILE", value_parser = evaluate::report_file)]
    output: Option<PathBuf>,
    #[command(flatten)]
    at: At,
}

/// Runs it.
pub(super) fn run(arguments: Arguments) -> Result<()> {
    let Arguments { version: Reference { name, selector }, id, output, at } = arguments;
    let outputs = output::check(&at.inputs(), &output)?;
    let path = ["models", &name, "versions", &selector.to_string(), "evaluations", &id];
    let document = at.place()?.get(&path, &[])?;
    let files: Vec<PathBuf> = output.into_iter().collect();
    evaluate::write(&document.read()?, &outputs)?;
    at.tell_beside(&outputs, &document, |report: Report| Ok(evaluate::text(&report, &files)))
}
