//! To a server, which compiles the model if need be.

use super::{Model, upload};
use crate::cli::package::{Form as Told, Progress};
use crate::cli::place::{Document, Remote, address};
use crate::package::Simd;
use crate::registry::{Job, JobState};
use crate::server::Published;
use anyhow::{Context, Result, bail};
use reqwest::Method;
use serde_json::Value;
use std::time::Duration;

/// How often the server is asked how far it is.
const INTERVAL: Duration = Duration::from_millis(200);

/// Sends a model, and waits until the server has made a version of it.
pub async fn publish(remote: &Remote, model: Model) -> Result<Published> {
    if model.wish.simd != Simd::default() {
        bail!("a server chooses the vector instructions; use `maasm package --simd`, and publish the component");
    }
    let request = serde_json::to_value(&model.request)?;
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), String::from);
    let parameters = request.as_object().into_iter().flatten();
    let parameters: Vec<_> = parameters.map(|(name, value)| (name.as_str(), Some(text(value)))).collect();
    let form = upload::form(&model).await?;
    let answer = remote.upload(address(remote.server(), &["model"], &parameters), form).await?;
    let job = ended(remote, Document::from(answer).read()?).await?;
    match (job.state, job.result, job.error) {
        (JobState::Succeeded, Some(result), _) => {
            serde_json::from_value(result).context("the server's answer makes no sense to this program")
        }
        (JobState::Cancelled, ..) => bail!("job {} was called off", job.id),
        (_, _, error) => bail!("{} (job {})", error.as_deref().unwrap_or("publishing failed"), job.id),
    }
}

/// A job once it has ended.
async fn ended(remote: &Remote, mut job: Job) -> Result<Job> {
    let progress = Progress::new(Told::Text);
    while !job.state.finished() {
        progress.stage(&job.stage);
        tokio::time::sleep(INTERVAL).await;
        let address = address(remote.server(), &["jobs", &job.id], &[]);
        job = Document::from(remote.ask(Method::GET, address, None).await?).read()?;
    }
    Ok(job)
}
