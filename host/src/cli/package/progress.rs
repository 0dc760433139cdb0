//! What is told while a model is packaged.

use indicatif::{ProgressBar, ProgressStyle};
use maasm_protocol::evaluation::Scores;
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
    /// Turns while it works, where somebody looks.
    spinner: Option<ProgressBar>,
}

/// What came of it.
#[derive(Serialize)]
pub struct Done<'a> {
    pub name: String,
    pub version: String,
    pub output: &'a Path,
    pub parameters: u64,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scores: Option<Scores>,
    /// Bytes of the component.
    pub size: u64,
    pub seconds: f64,
}

impl Progress {
    pub fn new(form: Form) -> Self {
        let watched = form == Form::Text && stderr().is_terminal();
        let spinner = watched.then(|| {
            let style = ProgressStyle::with_template("{spinner} {msg} {elapsed}").expect("the template is sound");
            let spinner = ProgressBar::new_spinner().with_style(style);
            spinner.enable_steady_tick(Duration::from_millis(100));
            spinner
        });
        Self { form, spinner }
    }

    /// Tells what is being done now.
    pub fn stage(&self, stage: &str) {
        if self.form == Form::Json {
            println!("{}", json!({ "stage": stage }));
        }
        if let Some(spinner) = &self.spinner {
            spinner.set_message(stage.to_owned());
        }
    }

    /// Tells what came of it.
    pub fn done(&self, done: &Done) {
        if let Some(spinner) = &self.spinner {
            spinner.finish_and_clear();
        }
        if self.form == Form::Json {
            let mut line = json!(done);
            line["stage"] = json!("done");
            return println!("{line}");
        }
        let Done {
            name, version, output, parameters, multiply_accumulates, activations, weights, size, seconds, ..
        } = done;
        println!("{name} {version} → {}", output.display());
        println!(
            "  {} parameters, {} multiply-accumulates, {} of activations at most",
            count(*parameters),
            count(*multiply_accumulates),
            mebibytes(*activations),
        );
        if done.int8_layers > 0 {
            let all = done.int8_layers + done.float_layers;
            println!("  {} of {all} convolutions and dense layers in int8", done.int8_layers);
        }
        if let Some(scores) = done.scores {
            println!("  scores are {}", scores.explained());
        }
        println!(
            "  component {}: weights {} and the rest {}; packaged in {seconds:.1} s",
            mebibytes(*size),
            mebibytes(*weights),
            mebibytes(size.saturating_sub(*weights)),
        );
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
