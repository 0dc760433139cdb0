//! Files on their way to a server.

use super::Model;
use anyhow::{Context, Result};
use futures_util::StreamExt;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use reqwest::Body;
use reqwest::multipart::{Form, Part};
use std::io::{IsTerminal, stderr};
use std::path::{Path, PathBuf};
use tokio::fs::File;
use tokio_util::io::ReaderStream;

/// How much is read at once, in bytes.
const CHUNK: usize = 256 << 10;

/// A form with the model's files, which are read when they are sent.
pub async fn form(model: &Model) -> Result<Form> {
    let recipe = model.wish.preprocess.as_ref().filter(|_| model.request.preprocess.is_none()).map(PathBuf::from);
    let files = [
        ("model", &model.file),
        ("structure", &model.wish.structure),
        ("params", &model.wish.params),
        ("labels", &model.wish.labels),
        ("preprocess", &recipe),
    ];
    let bar = bar();
    let mut form = Form::new();
    for (name, path) in files {
        if let Some(path) = path {
            let part = part(path, &bar).await.with_context(|| format!("{} cannot be read", path.display()))?;
            form = form.part(name, part.file_name(name));
        }
    }
    Ok(form)
}

async fn part(path: &Path, bar: &ProgressBar) -> std::io::Result<Part> {
    let file = File::open(path).await?;
    let size = file.metadata().await?.len();
    bar.inc_length(size);
    let bar = bar.clone();
    let bytes = ReaderStream::with_capacity(file, CHUNK).inspect(move |bytes| {
        bar.inc(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64));
    });
    Ok(Part::stream_with_length(Body::wrap_stream(bytes), size))
}

/// Shows how much is sent, where somebody looks; it goes away with the last part.
fn bar() -> ProgressBar {
    let target = if stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let style = ProgressStyle::with_template("{bar:40} {bytes} of {total_bytes}, {bytes_per_sec}");
    let style = style.expect("the template is sound");
    ProgressBar::with_draw_target(Some(0), target).with_style(style).with_finish(indicatif::ProgressFinish::AndClear)
}
