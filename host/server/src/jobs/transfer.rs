//! Versions go to other registries and come from there.

use super::Published;
use super::teller::{INTERVAL, Teller};
use crate::{Kind, Problem};
use maasm_app::Service;
use maasm_registry::oci::reference::{NoReference, Reference as Remote};
use maasm_registry::oci::remote::{Options, Progress, Tally};
use maasm_registry::{self as registry, Intent, Job, Reference, Retry, Selector};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::time::Instant;
use utoipa::ToSchema;

/// What goes to which registry. Who the server is there, its own Docker configuration says.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PushRequest {
    /// The version: `NAME`, `NAME@1.0.0`, `NAME@^1`, `NAME@latest`, `NAME@ALIAS`.
    pub version: String,
    /// Where it goes: `oci://HOST/PATH:TAG`.
    pub to: String,
    /// Speaks HTTP without TLS to a registry on another machine than the server's.
    #[serde(default)]
    pub insecure: bool,
}

/// What comes from which registry.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PullRequest {
    /// Where it is: `oci://HOST/PATH:TAG` or `oci://HOST/PATH@sha256:…`.
    pub from: String,
    /// Gives it all of the model's traffic at once; the key needs the role `deploy`, too.
    #[serde(default)]
    pub deploy: bool,
    /// Speaks HTTP without TLS to a registry on another machine than the server's.
    #[serde(default)]
    pub insecure: bool,
}

impl PushRequest {
    /// The version, and where it goes.
    ///
    /// # Errors
    /// If one of them is not written as such things are.
    pub fn parse(&self) -> Result<(Reference, Remote), Problem> {
        Ok((self.version.parse()?, remote(&self.to)?))
    }
}

impl PullRequest {
    /// Where it is.
    ///
    /// # Errors
    /// If it is not written as such things are.
    pub fn parse(&self) -> Result<Remote, Problem> {
        remote(&self.from)
    }
}

fn remote(text: &str) -> Result<Remote, Problem> {
    text.parse().map_err(|error: NoReference| Problem::new(Kind::BadRequest, error.to_string()))
}

/// Pushes a version.
pub async fn push(service: &Service, job: &Job) -> Result<Value, Problem> {
    let asked: PushRequest = read(job)?;
    let (version, to) = asked.parse()?;
    let told = Told::new(service, job, "pushing");
    let options = Options { insecure: asked.insecure, ..Options::default() };
    let version = service.push(&version, &to, &options, &|progress| told.tell(&progress)).await?;
    Ok(json!(Published { version, deployment: None }))
}

/// Pulls a version.
pub async fn pull(service: &Service, job: &Job) -> Result<Value, Problem> {
    let asked: PullRequest = read(job)?;
    let from = asked.parse()?;
    let told = Told::new(service, job, "pulling");
    let options = Options { insecure: asked.insecure, ..Options::default() };
    let mut intent = Intent { by: job.by.clone(), retry: None };
    let version = service.pull(&intent, &from, &options, &|progress| told.tell(&progress)).await?;
    if !asked.deploy {
        return Ok(json!(Published { version, deployment: None }));
    }
    // Once, even if the server ends before the job's end is written down and the job is done again.
    intent.retry = Some(Retry { key: format!("job {}", job.id), request: String::new() });
    let selector = Selector::Exact(version.facts.version.clone());
    let reference = Reference { name: version.facts.name.clone(), selector };
    let service = service.clone();
    let deployment = tokio::task::spawn_blocking(move || service.deploy(&intent, &reference)).await;
    let deployment = deployment.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))?;
    Ok(json!(Published { version, deployment: Some(deployment) }))
}

fn read<T: serde::de::DeserializeOwned>(job: &Job) -> Result<T, Problem> {
    Ok(serde_json::from_value(job.request.clone()).map_err(registry::Error::from)?)
}

/// Tells how far a transfer is.
struct Told<'a> {
    teller: Teller<'a>,
    verb: &'static str,
    tally: Tally,
}

impl<'a> Told<'a> {
    fn new(service: &'a Service, job: &'a Job, verb: &'static str) -> Self {
        let _ = service.registry().job_stage(&job.id, verb);
        Self { teller: Teller::new(service, job, Instant::now() + INTERVAL), verb, tally: Tally::default() }
    }

    fn tell(&self, progress: &Progress) {
        let stage = match (self.tally.add(progress), progress) {
            (Some((moved, size)), _) => format!("{}: {moved} of {size} bytes", self.verb),
            (None, Progress::Waiting { reason, .. }) => format!("{}: waiting, since {reason}", self.verb),
            (None, _) => return,
        };
        self.teller.tell(false, || stage);
    }
}
