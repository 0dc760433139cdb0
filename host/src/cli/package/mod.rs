//! `maasm package`
//!
//! # Layout
//! - `progress`: what is told while it works
//! - `memory`: how much memory it may take

pub(super) mod memory;
mod progress;

pub(super) use progress::{Form, Progress};

use super::output::{self, Inputs};
use bytesize::ByteSize;
use maasm_package::build::{BuildRequest, build};
use std::path::PathBuf;
use std::time::Instant;

/// Compile a model into a component.
#[derive(clap::Args)]
pub struct Arguments {
    /// An ONNX file, or a JSON document with `params` and `structure`.
    #[arg(required_unless_present = "structure", conflicts_with = "structure")]
    model: Option<PathBuf>,
    #[command(flatten)]
    request: BuildRequest,
    /// The component to write; - is standard output.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// How much memory this program may take; more ends it.
    #[arg(long, value_name = "SIZE")]
    memory_limit: Option<ByteSize>,
    /// What is told on standard output, or on standard error if the component goes there: text for people, or one JSON object a line.
    #[arg(long, value_enum, default_value_t)]
    progress: progress::Form,
}

/// Runs it.
pub(super) fn run(arguments: Arguments) -> anyhow::Result<()> {
    let start = Instant::now();
    if let Some(limit) = arguments.memory_limit {
        memory::limit(limit)?;
    }
    let Arguments { model, request, output, .. } = arguments;
    let outputs = output::check(&inputs(&request).models(&model), [&output])?;
    let progress = Progress::beside(arguments.progress, &outputs);
    let built = build(BuildRequest { model, ..request }, &|event| progress.see(event))?;
    progress.stage("writing");
    outputs[0].write(&built.component)?;
    progress.done(&progress::Done {
        summary: built.summary,
        output: &output,
        size: built.component.len() as u64,
        seconds: start.elapsed().as_secs_f64(),
    })
}

/// The files that a request names to be read, but for the model.
pub(super) fn inputs(request: &BuildRequest) -> Inputs {
    Inputs::default().files(request.files()).data(&request.calibrate)
}
