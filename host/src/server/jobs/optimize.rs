//! A version becomes a smaller or faster one.

use super::teller::Teller;
use super::{Inner, Stop};
use crate::optimize::Recipe;
use crate::registry::{self, Intent, Job, Reference, Retry};
use crate::server::{Kind, Problem};
use crate::service::{Bounds, Compiler, Optimize, Optimized, Service};
use maasm_evaluation::data::{Dataset, Limits};
use maasm_evaluation::run::Progress;
use maasm_evaluation::summary::Method;
use semver::Version;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;
use tokio::runtime::Handle;
use utoipa::ToSchema;

/// What is to be made of a version.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OptimizeRequest {
    /// The version: `NAME`, `NAME@1.0.0`, `NAME@^1`, `NAME@latest`, `NAME@ALIAS`.
    pub version: String,
    /// What is done.
    #[serde(default, skip_serializing_if = "Recipe::is_empty")]
    pub recipe: Recipe,
    /// Instead of a recipe: the bounds within which the best one is searched for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<Bounds>,
    /// The number of the new version; the one after the highest that there is, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// The data set that shows the ranges of values for integers. Its labels are not looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibrate: Option<String>,
    /// The data set on which the version and its parent are evaluated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evaluate: Option<String>,
    /// How often samples are drawn again for intervals; 1000 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resamples: Option<u32>,
    /// What the draws begin with; 0 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
}

impl OptimizeRequest {
    /// Refuses what cannot be, before anything is kept.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check(&self, service: &Service) -> Result<Reference, Problem> {
        let refuse = |why: String| Problem::new(Kind::BadRequest, why);
        match &self.search {
            None => self.recipe.check().map_err(refuse)?,
            Some(_) if !self.recipe.is_empty() => {
                return Err(refuse("give either a recipe, or bounds within which one is searched for".into()));
            }
            Some(_) if self.evaluate.is_none() => {
                return Err(refuse("a search takes labelled data; name a data set with `evaluate`".into()));
            }
            Some(bounds) => bounds.check().map_err(refuse)?,
        }
        self.number.as_deref().map(number).transpose()?;
        let version: Reference = self.version.parse()?;
        service.registry().find(&version)?;
        for name in [&self.calibrate, &self.evaluate].into_iter().flatten() {
            service.registry().data(name)?;
        }
        if self.recipe.quantize.is_some() && self.calibrate.is_none() {
            let why = "quantising takes samples that show the ranges of values; name a data set with `calibrate`";
            return Err(refuse(why.into()));
        }
        Ok(version)
    }
}

fn number(text: &str) -> Result<Version, Problem> {
    let wrong = |error| format!("{text:?} is not a semantic version ({error}); write it like 1.1.0");
    Version::parse(text).map_err(|error| Problem::new(Kind::BadRequest, wrong(error)))
}

/// Makes the version.
pub async fn optimize(inner: &Inner, job: &Job) -> Result<Value, Problem> {
    let asked: OptimizeRequest = serde_json::from_value(job.request.clone()).map_err(registry::Error::from)?;
    let asked = settle(inner, job, asked)?;
    let (service, job, threads) = (inner.service.clone(), job.clone(), inner.evaluate_threads);
    let limits = Limits { total: inner.max_data, ..Limits::default() };
    let compiler = inner.compiler;
    let stop = Stop::default();
    let stopped = stop.0.clone();
    let handle = Handle::current();
    let work = move || work(&service, &job, &asked, threads, &limits, &compiler, &handle, &stopped);
    let lost = |_| Problem::new(Kind::Internal, "optimising ended without an answer");
    let optimized = tokio::task::spawn_blocking(work).await.map_err(lost)??;
    drop(stop);
    Ok(json!(optimized))
}

/// Gives a number to a request that says none, once: a job that is done again must not take another.
fn settle(inner: &Inner, job: &Job, mut asked: OptimizeRequest) -> Result<OptimizeRequest, Problem> {
    if asked.number.is_none() {
        let registry = inner.service.registry();
        let parent: Reference = asked.version.parse()?;
        let parent = registry.find(&parent)?;
        // What the reference means may change before the job is done again, too.
        asked.version = format!("{}@{}", parent.facts.name, parent.facts.version);
        asked.number = Some(registry.next_number(&parent.facts.name)?.to_string());
        registry.settle_job(&job.id, &serde_json::to_value(&asked).map_err(registry::Error::from)?)?;
    }
    Ok(asked)
}

#[expect(clippy::too_many_arguments, reason = "what a job has of its server")]
fn work(
    service: &Service,
    job: &Job,
    asked: &OptimizeRequest,
    threads: usize,
    limits: &Limits,
    compiler: &Compiler,
    handle: &Handle,
    stopped: &AtomicBool,
) -> Result<Optimized, Problem> {
    let registry = service.registry();
    let version = asked.check(service)?;
    let number = number(asked.number.as_deref().unwrap_or_default())?;
    let content =
        |name: &String| -> Result<PathBuf, Problem> { Ok(registry.blobs().path(&registry.data(name)?.content)) };
    let calibrate = asked.calibrate.as_ref().map(content).transpose()?;
    let open = |name: &String| -> Result<Dataset, Problem> {
        let data = registry.data(name)?.open(registry.blobs(), limits);
        data.map_err(|error| Problem::new(Kind::BadData, error.to_string()))
    };
    let evaluate = asked.evaluate.as_ref().map(open).transpose()?;
    let folder = registry.job_folder(&job.id);
    fs::create_dir_all(&folder).map_err(registry::Error::file(&folder))?;
    let stage = |stage: &str| drop(registry.job_stage(&job.id, stage));
    let compile = |arguments: &[String]| handle.block_on(compiler.run(arguments, &folder, stage));
    let teller = Teller::new(service, job, Instant::now());
    let tell = |what: &str, Progress { done, samples, .. }: Progress| {
        teller.tell(done == samples, || format!("evaluating {what}: {done} of {samples} samples"));
    };
    let usual = Method::default();
    let method = Method {
        seed: asked.seed.unwrap_or(usual.seed),
        resamples: asked.resamples.unwrap_or(usual.resamples),
        threads,
    };
    let wanted = Optimize {
        version: &version,
        number: &number,
        recipe: &asked.recipe,
        model: None,
        calibrate: calibrate.as_deref(),
        evaluate: evaluate.as_ref(),
        method,
        folder: &folder,
        compile: &compile,
        stage: &stage,
        search: None,
        progress: &tell,
        cancelled: &|| stopped.load(Ordering::Relaxed),
    };
    // Once, even if the server ends before the job's end is written down and the job is done again.
    let retry = Some(Retry { key: format!("job {}", job.id), request: String::new() });
    let intent = Intent { by: job.by.clone(), retry };
    let (optimized, _) = match (&asked.search, &asked.evaluate) {
        (Some(bounds), Some(name)) => {
            let half = |which| open(name)?.half(which).map_err(|error| Problem::new(Kind::BadData, error.to_string()));
            service.search(&intent, &wanted, bounds, [&half(0)?, &half(1)?])?
        }
        _ => service.optimize(&intent, &wanted)?,
    };
    Ok(optimized)
}
