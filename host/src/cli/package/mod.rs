//! `maasm package`
//!
//! # Layout
//! - `make`: a model becomes a component in memory
//! - `progress`: what is told while it works
//! - `memory`: how much memory it may take

mod make;
mod memory;
mod progress;

pub(super) use make::Wish;
pub use make::recipe;
pub(super) use progress::{Form, Progress};

use anyhow::Context;
use bytesize::ByteSize;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;
use tempfile::NamedTempFile;

/// Compile a model into a component.
#[derive(clap::Args)]
pub struct Arguments {
    /// An ONNX file, or a JSON document with `params` and `structure`.
    #[arg(required_unless_present = "structure", conflicts_with = "structure")]
    model: Option<PathBuf>,
    #[command(flatten)]
    wish: Wish,
    /// The component to write.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// How much memory this program may take; more ends it.
    #[arg(long, value_name = "SIZE")]
    memory_limit: Option<ByteSize>,
    /// What is told on standard output: text for people, or one JSON object a line.
    #[arg(long, value_enum, default_value_t)]
    progress: progress::Form,
}

/// Runs it.
pub(super) fn run(arguments: Arguments) -> anyhow::Result<()> {
    let start = Instant::now();
    if let Some(limit) = arguments.memory_limit {
        memory::limit(limit)?;
    }
    let progress = progress::Progress::new(arguments.progress);
    let made = arguments.wish.make(arguments.model.as_deref(), &progress)?;
    progress.stage("writing");
    let output = &arguments.output;
    write(output, &made.component).with_context(|| format!("cannot write {}", output.display()))?;
    progress.done(&progress::Done {
        name: made.name,
        version: made.version,
        output,
        parameters: made.parameters,
        multiply_accumulates: made.multiply_accumulates,
        activations: made.activations,
        weights: made.weights,
        int8_layers: made.layers.int8,
        float_layers: made.layers.float,
        scores: made.scores,
        size: made.component.len() as u64,
        seconds: start.elapsed().as_secs_f64(),
    });
    Ok(())
}

/// Writes a file, so that it is there whole or not at all.
fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // A temporary file is its user's alone; a component is there to be given away.
        file.as_file().set_permissions(fs::Permissions::from_mode(0o644))?;
    }
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}
