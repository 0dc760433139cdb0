//! At a server.

use super::Arguments;
use crate::cli::place::{Document, Remote, address, job};
use anyhow::{Context, Result};
use maasm_evaluation::Report;
use maasm_evaluation::data::{Dataset, Limits};
use maasm_registry::{Evaluation, Reference};
use maasm_server::Evaluated;
use reqwest::{Body, Method};
use std::io::{Seek, SeekFrom};
use std::path::Path;
use tokio_util::io::ReaderStream;

/// Sends the data, if it is on this machine, and waits for the report.
pub async fn version(
    arguments: &Arguments,
    remote: &Remote,
    version: &Reference,
    against: Option<&Reference>,
) -> Result<Report> {
    let is_here = arguments.data.exists();
    let name = arguments.data.file_name().unwrap_or(arguments.data.as_os_str()).to_string_lossy().into_owned();
    let parameters = [
        ("version", Some(version.to_string())),
        ("against", against.map(Reference::to_string)),
        ("data", Some(name)),
        ("resamples", Some(arguments.effort.resamples.to_string())),
        ("seed", Some(arguments.effort.seed.to_string())),
    ];
    let address_of_job = address(remote.server(), &["evaluate"], &parameters);
    let answer = match is_here {
        true => remote.send_file(Method::POST, address_of_job, packed(&arguments.data)?).await?,
        false => remote.ask(Method::POST, address_of_job, None).await?,
    };
    let Evaluated { evaluation } = job::follow(remote, Document::from(answer).read()?).await?;
    whole(remote, &evaluation).await
}

/// The report that an evaluation came to.
pub async fn whole(remote: &Remote, evaluation: &Evaluation) -> Result<Report> {
    let path =
        ["models", &evaluation.model, "versions", &evaluation.version.to_string(), "evaluations", &evaluation.id];
    Document::from(remote.ask(Method::GET, address(remote.server(), &path, &[]), None).await?).read()
}

/// Data on this machine as an archive to send.
pub fn packed(path: &Path) -> Result<Body> {
    let data = Dataset::open(path, &Limits::default())?;
    let mut file = tempfile::tempfile().context("cannot make a temporary file")?;
    data.pack(std::io::BufWriter::new(&mut file))?;
    file.seek(SeekFrom::Start(0)).context("cannot read the temporary file")?;
    Ok(Body::wrap_stream(ReaderStream::new(tokio::fs::File::from_std(file))))
}
