//! What is told while a model is packaged.

use crate::cli::output::{self, Output};
use anyhow::Result;
use indicatif::{ProgressBar, ProgressStyle};
use maasm_package::build::{Event, Summary};
use serde::Serialize;
use serde_json::json;
use std::io::{IsTerminal, stderr};
use std::path::Path;
use std::time::Duration;

/// How it is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Form {
    /// For people
    #[default]
    Text,
    /// One JSON object a line
    Json,
}

/// Tells what is being done.
pub struct Progress {
    form: Form,
    /// Whether standard output is for something else.
    aside: bool,
    /// Turns while it works, where somebody looks.
    spinner: Option<ProgressBar>,
}

/// What came of it.
#[derive(Serialize)]
pub struct Done<'a> {
    #[serde(flatten)]
    pub summary: Summary,
    pub output: &'a Path,
    /// Bytes of the component.
    pub size: u64,
    pub seconds: f64,
}

impl Progress {
    pub fn new(form: Form) -> Self {
        Self::beside(form, &[])
    }

    /// As [`Progress::new`], on standard error if one of these goes to standard output.
    pub fn beside(form: Form, outputs: &[Output]) -> Self {
        let watched = form == Form::Text && stderr().is_terminal();
        let spinner = watched.then(|| {
            let style = ProgressStyle::with_template("{spinner} {msg} {elapsed}").expect("the template is sound");
            let spinner = ProgressBar::new_spinner().with_style(style);
            spinner.enable_steady_tick(Duration::from_millis(100));
            spinner
        });
        Self { form, aside: outputs.iter().any(Output::is_stdout), spinner }
    }

    /// Tells what is being done now.
    pub fn stage(&self, stage: &str) {
        if self.form == Form::Json {
            // Who reads no further learns what came of it from the exit status.
            let _ = output::print_to(self.aside, &format!("{}\n", json!({ "stage": stage })));
        }
        if let Some(spinner) = &self.spinner {
            spinner.set_message(stage.to_owned());
        }
    }

    /// Tells what happens while a component is made.
    pub fn see(&self, event: Event) {
        match event {
            Event::Stage(stage) => self.stage(stage),
            Event::Note(note) => eprintln!("note: {note}"),
        }
    }

    /// Tells what came of it.
    ///
    /// # Errors
    /// If it cannot be printed.
    pub fn done(&self, done: &Done) -> Result<()> {
        if let Some(spinner) = &self.spinner {
            spinner.finish_and_clear();
        }
        if self.form == Form::Json {
            let mut line = json!(done);
            line["stage"] = json!("done");
            return output::print_to(self.aside, &format!("{line}\n"));
        }
        let Done { summary, output, size, seconds } = done;
        let Summary { name, version, parameters, multiply_accumulates, activations, weights, .. } = summary;
        let mut text = format!("{name} {version} → {}\n", output.display());
        text += &format!(
            "  {} parameters, {} multiply-accumulates, {} of activations at most\n",
            count(*parameters),
            count(*multiply_accumulates),
            mebibytes(*activations),
        );
        if summary.int8_layers > 0 {
            let all = summary.int8_layers + summary.float_layers;
            text += &format!("  {} of {all} convolutions and dense layers in int8\n", summary.int8_layers);
        }
        if let Some(scores) = summary.scores {
            text += &format!("  scores are {}\n", scores.explained());
        }
        text += &format!(
            "  component {}: weights {} and the rest {}; packaged in {seconds:.1} s\n",
            mebibytes(*size),
            mebibytes(*weights),
            mebibytes(size.saturating_sub(*weights)),
        );
        output::print_to(self.aside, &text)
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(spinner) = &self.spinner {
            spinner.finish_and_clear();
        }
    }
}

fn count(n: u64) -> String {
    match n {
        0..10_000 => n.to_string(),
        10_000..10_000_000 => format!("{:.2} M", n as f64 / 1e6),
        10_000_000..1_000_000_000 => format!("{:.1} M", n as f64 / 1e6),
        _ => format!("{:.2} G", n as f64 / 1e9),
    }
}

fn mebibytes(bytes: u64) -> String {
    format!("{:.2} MiB", bytes as f64 / f64::from(1 << 20))
}
