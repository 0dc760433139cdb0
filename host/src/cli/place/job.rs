//! Work that a server takes on, followed to its end.

use super::{Document, Remote, address};
use crate::cli::package::{Form, Progress};
use anyhow::{Context, Result, bail};
use maasm_registry::{Job, JobState};
use reqwest::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::time::Duration;

/// How often the server is asked how far it is.
const INTERVAL: Duration = Duration::from_millis(200);

/// Asks for work at this path, and gives what came of it.
///
/// # Errors
/// Why nothing came of it.
pub async fn ask<T: DeserializeOwned>(remote: &Remote, path: &str, wanted: &impl Serialize) -> Result<T> {
    let body = serde_json::to_string(wanted)?;
    let answer = remote.ask(Method::POST, address(remote.server(), &[path], &[]), Some(body)).await?;
    follow(remote, Document::from(answer).read()?).await
}

/// What comes of a job, once it has ended.
///
/// # Errors
/// Why nothing came of it.
pub async fn follow<T: DeserializeOwned>(remote: &Remote, mut job: Job) -> Result<T> {
    let progress = Progress::new(Form::Text);
    while !job.state.finished() {
        progress.stage(&job.stage);
        tokio::time::sleep(INTERVAL).await;
        let address = address(remote.server(), &["jobs", &job.id], &[]);
        job = Document::from(remote.ask(Method::GET, address, None).await?).read()?;
    }
    match (job.state, job.result, job.error) {
        (JobState::Succeeded, Some(result), _) => {
            serde_json::from_value(result).context("the server's answer makes no sense to this program")
        }
        (JobState::Cancelled, ..) => bail!("job {} was called off", job.id),
        (_, _, error) => bail!("{} (job {})", error.as_deref().unwrap_or("nothing came of it"), job.id),
    }
}
