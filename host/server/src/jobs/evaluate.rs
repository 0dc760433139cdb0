//! The truth about a version is found out.

use super::making;
use super::teller::Teller;
use super::{Inner, Stop};
use crate::{Kind, Problem};
use maasm_app::{Evaluate, Service};
use maasm_evaluation::data::{Dataset, Limits};
use maasm_evaluation::run::Progress;
use maasm_evaluation::summary::Method;
use maasm_registry::{self as registry, Evaluation, Intent, Job, Reference, Retry};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;
use utoipa::ToSchema;

/// What is to be evaluated.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EvaluateRequest {
    /// The version: `NAME`, `NAME@1.0.0`, `NAME@^1`, `NAME@latest`, `NAME@ALIAS`.
    pub version: String,
    /// Another version that it is compared with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub against: Option<String>,
    /// A data set that was added before; or what the uploaded one is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<String>,
    /// How often samples are drawn again for intervals; 1000 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resamples: Option<u32>,
    /// What the draws begin with; 0 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
}

/// What comes of it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Evaluated {
    /// The report in brief.
    pub evaluation: Evaluation,
}

/// The most resamples that are drawn: more tell nothing more.
const MOST_RESAMPLES: u32 = 100_000;

/// What an upload is called that has no name.
const NAMELESS: &str = "upload";

impl EvaluateRequest {
    /// The version, and the one that it is compared with.
    ///
    /// # Errors
    /// If one of them is not written as such things are, or there are too many resamples.
    pub fn parse(&self) -> Result<(Reference, Option<Reference>), Problem> {
        if self.resamples.is_some_and(|resamples| resamples > MOST_RESAMPLES) {
            let detail = format!("at most {MOST_RESAMPLES} resamples are drawn");
            return Err(Problem::new(Kind::BadParameter, detail));
        }
        Ok((self.version.parse()?, self.against.as_deref().map(str::parse).transpose()?))
    }

    /// How figures are computed.
    pub fn method(&self, threads: usize) -> Method {
        let usual = Method::default();
        let resamples = self.resamples.unwrap_or(usual.resamples);
        Method { seed: self.seed.unwrap_or(usual.seed), resamples, threads }
    }
}

/// Evaluates a version on an upload or on a data set.
pub async fn evaluate(inner: &Inner, job: &Job) -> Result<Value, Problem> {
    let asked: EvaluateRequest = serde_json::from_value(job.request.clone()).map_err(registry::Error::from)?;
    let (service, job, threads) = (inner.service.clone(), job.clone(), inner.evaluate_threads);
    let limits = Limits { total: inner.max_data, ..Limits::default() };
    let stop = Stop::default();
    let stopped = stop.0.clone();
    let work = move || work(&service, &job, &asked, threads, &limits, &stopped);
    let lost = |_| Problem::new(Kind::Internal, "the evaluation ended without an answer");
    let evaluated = tokio::task::spawn_blocking(work).await.map_err(lost)??;
    drop(stop);
    Ok(json!(evaluated))
}

fn work(
    service: &Service,
    job: &Job,
    asked: &EvaluateRequest,
    threads: usize,
    limits: &Limits,
    stopped: &AtomicBool,
) -> Result<Evaluated, Problem> {
    let (version, against) = asked.parse()?;
    let _ = service.registry().job_stage(&job.id, "reading the data");
    let upload = service.registry().job_folder(&job.id).join("data");
    let data = open(service, asked.data.as_deref(), &upload, limits)?;
    let teller = Teller::new(service, job, Instant::now());
    let tell = |what: &str, Progress { done, samples, .. }: Progress| {
        teller.tell(done == samples, || format!("evaluating {what}: {done} of {samples} samples"));
    };
    // Once, even if the server ends before the job's end is written down and the job is done again.
    let retry = Some(Retry { key: format!("job {}", job.id), request: String::new() });
    let intent = Intent { by: job.by.clone(), retry };
    let wanted = Evaluate {
        version: &version,
        against: against.as_ref(),
        data: &data,
        method: asked.method(threads),
        search: None,
        progress: &tell,
        cancelled: &|| stopped.load(Ordering::Relaxed),
    };
    let (evaluation, _) = service.evaluate(&intent, &wanted)?;
    Ok(Evaluated { evaluation })
}

fn open(service: &Service, name: Option<&str>, upload: &Path, limits: &Limits) -> Result<Dataset, Problem> {
    if upload.is_file() {
        return uploaded(upload, name.unwrap_or(NAMELESS), limits);
    }
    let name = name.ok_or_else(|| Problem::new(Kind::BadData, "there is neither an upload nor a data set's name"))?;
    let data = service.registry().data(name)?.open(service.registry().blobs(), limits);
    data.map_err(making::bad_data)
}

/// The data in an archive that was uploaded. Where that lies is nobody's business.
///
/// # Errors
/// If it cannot be used.
pub fn uploaded(upload: &Path, name: &str, limits: &Limits) -> Result<Dataset, Problem> {
    Dataset::of_archive(name.into(), upload, limits).map_err(|error| match error.is_of_machine() {
        true => making::bad_data(error),
        false => Problem::new(Kind::BadData, error.to_string().replace(&*upload.to_string_lossy(), name)),
    })
}
