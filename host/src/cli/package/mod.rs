//! `maasm package`
//!
//! # Layout
//! - `make`: a model becomes a component in memory
//! - `labels`: the classes' names
//! - `progress`: what is told while it works
//! - `memory`: how much memory it may take

mod labels;
mod make;
mod memory;
mod progress;

pub(super) use make::Wish;
pub use make::recipe;
pub(super) use progress::{Form, Progress};

use super::output;
use crate::temporary;
use bytesize::ByteSize;
use std::path::PathBuf;
use std::time::Instant;
use std::{io, process, thread};

/// Compile a model into a component.
#[derive(clap::Args)]
pub struct Arguments {
    /// An ONNX file, or a JSON document with `params` and `structure`.
    #[arg(required_unless_present = "structure", conflicts_with = "structure")]
    model: Option<PathBuf>,
    #[command(flatten)]
    wish: Wish,
    /// The component to write; - is standard output.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// How much memory this program may take; more ends it.
    #[arg(long, value_name = "SIZE")]
    memory_limit: Option<ByteSize>,
    /// What is told on standard output, or on standard error if the component goes there: text for people, or one JSON object a line.
    #[arg(long, value_enum, default_value_t)]
    progress: progress::Form,
    /// Ends with standard input: with whoever waits for the component.
    #[arg(long, hide = true)]
    end_with_input: bool,
}

/// Runs it.
pub(super) fn run(arguments: Arguments) -> anyhow::Result<()> {
    let start = Instant::now();
    if arguments.end_with_input {
        thread::spawn(end_with_input);
    }
    if let Some(limit) = arguments.memory_limit {
        memory::limit(limit)?;
    }
    let paths = [&arguments.output].into_iter().chain(&arguments.wish.keep_source);
    let outputs = output::check(&arguments.wish.inputs().models(&arguments.model), paths)?;
    let progress = Progress::beside(arguments.progress, &outputs);
    let made = arguments.wish.make(arguments.model.as_deref(), &progress)?;
    progress.stage("writing");
    outputs[0].write(&made.component)?;
    progress.done(&progress::Done {
        name: made.name,
        version: made.version,
        output: &arguments.output,
        parameters: made.parameters,
        multiply_accumulates: made.multiply_accumulates,
        activations: made.activations,
        weights: made.weights,
        int8_layers: made.layers.int8,
        float_layers: made.layers.float,
        scores: made.scores,
        size: made.component.len() as u64,
        seconds: start.elapsed().as_secs_f64(),
    })
}

fn end_with_input() {
    let _ = io::copy(&mut io::stdin(), &mut io::sink());
    temporary::end();
    process::exit(1);
}
