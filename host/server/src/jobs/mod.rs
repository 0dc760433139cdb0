//! Work that takes its time: it is written down before it is acknowledged, and a server that starts again goes on with
//! what it finds.
//!
//! A model's file comes from a stranger, and compiling it may take much time and memory. So it is compiled in a process
//! of its own, which can be ended and cannot take this one with it.
//!
//! # Layout
//! - `request`: what is asked for when a model is published; `spool`: its files on their way into the job's folder
//! - `publish`: a version is made of them
//! - `transfer`: versions go to other registries and come from there
//! - `evaluate`: the truth about a version is found out; `optimize`: a version becomes a smaller or faster one;
//!   `tune`: a classifier gets other labels; `making`: what both have in common
//! - `teller`: how far a job is

mod evaluate;
mod making;
mod optimize;
mod publish;
mod request;
mod spool;
mod teller;
mod transfer;
mod tune;

pub use evaluate::{EvaluateRequest, Evaluated, uploaded};
pub use optimize::OptimizeRequest;
pub use request::{AS_IT_IS, COMPILED, PublishRequest, Published};
pub use spool::{Most, Spool, Spooled};
pub use transfer::{PullRequest, PushRequest};
pub use tune::TuneRequest;

use super::problem::{Private, failure};
use super::{Kind, Problem, ServerOptions};
use maasm_app::{Compiler, Service};
use maasm_registry::{self as registry, Intent, Job};
use serde::Serialize;
use serde_json::Value;
use std::collections::HashMap;
use std::fs::File;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;

/// Work that makes a version of an upload.
const PUBLISH: &str = "publish";

/// Other work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// A version goes to another registry.
    Push,
    /// A version comes from one.
    Pull,
    /// A version is evaluated. Its data may have been uploaded.
    Evaluate,
    /// A version becomes a smaller or faster one.
    Optimize,
    /// A classifier gets a last layer for other labels.
    Tune,
}

impl Work {
    const ALL: [Self; 5] = [Self::Push, Self::Pull, Self::Evaluate, Self::Optimize, Self::Tune];

    /// As jobs call it.
    fn name(self) -> &'static str {
        match self {
            Self::Push => "push",
            Self::Pull => "pull",
            Self::Evaluate => "evaluate",
            Self::Optimize => "optimize",
            Self::Tune => "tune",
        }
    }

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|work| work.name() == name)
    }
}

/// The jobs of this server.
#[derive(Clone)]
pub struct Runner {
    inner: Arc<Inner>,
}

struct Inner {
    service: Service,
    /// One for each job that runs.
    places: Semaphore,
    running: Mutex<HashMap<String, CancellationToken>>,
    /// Something has ended.
    ended: Notify,
    max_model: u64,
    max_data: u64,
    evaluate_threads: usize,
    compiler: Compiler,
    private: Private,
    /// Held by the one process that goes on with what others left undone.
    lock: OnceLock<File>,
}

impl Runner {
    /// No jobs yet.
    pub fn new(service: &Service, options: &ServerOptions) -> Self {
        let compiler = Compiler { memory: options.compile_memory, timeout: options.compile_timeout };
        let inner = Inner {
            service: service.clone(),
            places: Semaphore::new(options.max_jobs),
            running: Mutex::default(),
            ended: Notify::new(),
            max_model: options.max_model,
            max_data: options.max_data,
            evaluate_threads: options.evaluate_threads,
            compiler,
            private: Private::of(service.registry()),
            lock: OnceLock::new(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Begins with what an earlier process left undone.
    ///
    /// # Errors
    /// If the registry cannot be read or written.
    pub fn resume(&self) -> registry::Result<()> {
        let registry = self.inner.service.registry();
        match registry.lock_jobs()? {
            Some(lock) => drop(self.inner.lock.set(lock)),
            None => return Ok(()),
        }
        for job in registry.resume_jobs()? {
            self.begin(job);
        }
        Ok(())
    }

    /// A folder for an upload, before there is a job.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn spool(&self) -> Result<Spool, Problem> {
        let most = Most { bytes: self.inner.max_model, what: "model", option: "max-model" };
        Spool::new(self.inner.service.registry(), most)
    }

    /// A folder for uploaded data, before there is a job.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn data_spool(&self) -> Result<Spool, Problem> {
        let most = Most { bytes: self.inner.max_data, what: "data", option: "max-data" };
        Spool::new(self.inner.service.registry(), most)
    }

    /// How much of it there may be once it is unpacked.
    pub fn data_limits(&self) -> maasm_evaluation::data::Limits {
        maasm_evaluation::data::Limits { total: self.inner.max_data, ..Default::default() }
    }

    /// Makes a job of an evaluation, durably.
    ///
    /// # Errors
    /// If it cannot be written down.
    pub fn evaluate(&self, intent: &Intent, data: Option<Spooled>, request: &EvaluateRequest) -> registry::Result<Job> {
        match data {
            Some(spooled) => self.submit(intent, spooled, Work::Evaluate.name(), request),
            None => self.take_on(intent, Work::Evaluate, request),
        }
    }

    /// Makes a job of an uploaded model, durably.
    ///
    /// # Errors
    /// If it cannot be written down.
    pub fn publish(&self, intent: &Intent, spooled: Spooled, request: &PublishRequest) -> registry::Result<Job> {
        self.submit(intent, spooled, PUBLISH, request)
    }

    /// Makes a job of an upload that is in its folder, durably.
    fn submit(&self, intent: &Intent, spooled: Spooled, kind: &str, request: &impl Serialize) -> registry::Result<Job> {
        let request = serde_json::to_value(request)?;
        let job = self.inner.service.registry().create_job(intent, spooled.id(), kind, &request)?;
        // An answer to a request that came before is about another job, whose folder is another.
        if job.id == spooled.id() {
            spooled.keep();
            self.begin(job.clone());
        }
        Ok(job)
    }

    /// Makes a job of what needs no upload, durably.
    ///
    /// # Errors
    /// If it cannot be written down.
    pub fn take_on(&self, intent: &Intent, work: Work, request: &impl Serialize) -> registry::Result<Job> {
        let (id, request) = (uuid::Uuid::now_v7().to_string(), serde_json::to_value(request)?);
        let job = self.inner.service.registry().create_job(intent, &id, work.name(), &request)?;
        if job.id == id {
            self.begin(job.clone());
        }
        Ok(job)
    }

    /// Waits until a job has ended.
    ///
    /// # Errors
    /// If there is no such job.
    pub async fn wait(&self, id: &str) -> registry::Result<Job> {
        loop {
            let ended = self.inner.ended.notified();
            let job = self.inner.service.registry().job(id)?;
            if job.state.finished() {
                return Ok(job);
            }
            // Another process may end it, too.
            let _ = tokio::time::timeout(Duration::from_secs(1), ended).await;
        }
    }

    /// Calls a job off.
    ///
    /// # Errors
    /// If it has ended already.
    pub fn cancel(&self, intent: &Intent, id: &str) -> registry::Result<Job> {
        let job = self.inner.service.registry().cancel_job(intent, id)?;
        if let Some(token) = self.inner.running().get(id) {
            token.cancel();
        }
        self.inner.ended.notify_waiters();
        Ok(job)
    }

    fn begin(&self, job: Job) {
        let token = CancellationToken::new();
        let inner = self.inner.clone();
        inner.running().insert(job.id.clone(), token.clone());
        tokio::spawn(async move {
            let outcome = tokio::select! {
                () = token.cancelled() => None,
                outcome = inner.work(&job) => outcome,
            };
            let id = &job.id;
            inner.running().remove(id);
            if let Some(outcome) = outcome {
                let outcome = outcome.map_err(|problem| failure(id, problem, &inner.private));
                let finished = inner.service.registry().finish_job(id, &outcome);
                if let Err(error) = finished {
                    tracing::error!(job = id, %error, "the end of a job cannot be written down");
                }
            }
            let _ = tokio::fs::remove_dir_all(inner.service.registry().job_folder(id)).await;
            inner.ended.notify_waiters();
        });
    }
}

impl Inner {
    /// Does a job; nothing, if it was called off before.
    async fn work(&self, job: &Job) -> Option<Result<Value, Problem>> {
        let _place = self.places.acquire().await.ok()?;
        match self.service.registry().begin_job(&job.id) {
            Ok(true) => {}
            Ok(false) => return None,
            Err(error) => return Some(Err(error.into())),
        }
        Some(match job.kind.as_str() {
            PUBLISH => publish::publish(self, job).await,
            kind => match Work::named(kind) {
                Some(Work::Push) => transfer::push(&self.service, job).await,
                Some(Work::Pull) => transfer::pull(&self.service, job).await,
                Some(Work::Evaluate) => evaluate::evaluate(self, job).await,
                Some(Work::Optimize) => optimize::optimize(self, job).await,
                Some(Work::Tune) => tune::tune(self, job).await,
                None => Err(Problem::new(Kind::Internal, format!("this program knows no jobs of the kind {kind:?}"))),
            },
        })
    }

    fn running(&self) -> MutexGuard<'_, HashMap<String, CancellationToken>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Stops the work when nobody waits for it any more.
#[derive(Default)]
struct Stop(Arc<AtomicBool>);

impl Drop for Stop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
