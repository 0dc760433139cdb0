//! What jobs have in common that make a version of another.

use super::teller::Teller;
use super::{Inner, Stop};
use crate::{Kind, Problem};
use maasm_app::{Compiler, Error, Service};
use maasm_evaluation::data::{DataError, Dataset, Limits};
use maasm_evaluation::run::Progress;
use maasm_evaluation::summary::Method;
use maasm_package::build::{BuildError, BuildRequest};
use maasm_registry::{self as registry, Intent, Job, Retry};
use serde::Serialize;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;
use tokio::runtime::Handle;

/// What a job has of its server.
pub struct Maker {
    /// The models.
    pub service: Service,
    /// The job's folder.
    pub folder: PathBuf,
    job: Job,
    threads: usize,
    limits: Limits,
    compiler: Compiler,
    handle: Handle,
    stopped: Arc<AtomicBool>,
}

/// Does a job's work on a thread where it may take its time, and stops it when nobody waits any more.
///
/// # Errors
/// Those of the work.
pub async fn make<T: Serialize + Send + 'static>(
    inner: &Inner,
    job: &Job,
    work: impl FnOnce(&Maker) -> Result<T, Problem> + Send + 'static,
) -> Result<Value, Problem> {
    let stop = Stop::default();
    let maker = Maker {
        service: inner.service.clone(),
        folder: inner.service.registry().job_folder(&job.id),
        job: job.clone(),
        threads: inner.evaluate_threads,
        limits: Limits { total: inner.max_data, ..Limits::default() },
        compiler: inner.compiler,
        handle: Handle::current(),
        stopped: stop.0.clone(),
    };
    maker.service.registry().make_folder(&maker.folder)?;
    let lost = |_| Problem::new(Kind::Internal, "the work ended without an answer");
    let made = tokio::task::spawn_blocking(move || work(&maker)).await.map_err(lost)??;
    drop(stop);
    Ok(serde_json::to_value(made).map_err(registry::Error::from)?)
}

/// Gives a request that says none the number of the version to be made, of the model with this name, or of the parent's;
/// says whether it did. What the reference means may change before the job is done again, so it is made exact, too.
///
/// # Errors
/// If there is no such parent.
pub fn number(
    inner: &Inner,
    version: &mut String,
    number: &mut Option<String>,
    name: Option<&str>,
) -> Result<bool, Problem> {
    if number.is_some() {
        return Ok(false);
    }
    let registry = inner.service.registry();
    let parent = registry.find(&version.parse()?)?.facts;
    *version = format!("{}@{}", parent.name, parent.version);
    *number = Some(registry.next_number(name.unwrap_or(&parent.name))?.to_string());
    Ok(true)
}

/// Data that cannot be used.
pub fn bad_data(error: DataError) -> Problem {
    Error::from(error).into()
}

impl Maker {
    /// A data set.
    ///
    /// # Errors
    /// If there is none of this name, or it is damaged.
    pub fn data(&self, name: &str) -> Result<Dataset, Problem> {
        let registry = self.service.registry();
        registry.data(name)?.open(registry.blobs(), &self.limits).map_err(bad_data)
    }

    /// The archive that a data set is.
    ///
    /// # Errors
    /// If there is none of this name.
    pub fn file_of(&self, name: &str) -> Result<PathBuf, Problem> {
        let registry = self.service.registry();
        Ok(registry.blobs().path(&registry.data(name)?.content))
    }

    /// Makes a component in this file, within the server's limits.
    ///
    /// # Errors
    /// Why there is none.
    pub fn compile(&self, request: BuildRequest, output: &Path) -> Result<(), BuildError> {
        let run = self.compiler.run(request, output, &self.folder, |stage| self.stage(stage));
        self.handle.block_on(run).map(drop)
    }

    /// Tells what is being done.
    pub fn stage(&self, stage: &str) {
        let _ = self.service.registry().job_stage(&self.job.id, stage);
    }

    /// Tells how far it is, now and then.
    pub fn teller(&self) -> Teller<'_> {
        Teller::new(&self.service, &self.job, Instant::now())
    }

    /// Tells how far it is.
    pub fn progress(&self, teller: &Teller, what: &str, Progress { done, samples, .. }: Progress) {
        teller.tell(done == samples, || format!("evaluating {what}: {done} of {samples} samples"));
    }

    /// Whether nobody waits any more.
    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    /// How figures are computed.
    pub fn method(&self, resamples: Option<u32>, seed: Option<u64>) -> Method {
        let usual = Method::default();
        Method {
            seed: seed.unwrap_or(usual.seed),
            resamples: resamples.unwrap_or(usual.resamples),
            threads: self.threads,
        }
    }

    /// Whose change it is. It is made once, even if the server ends before the job's end is written down and the job is
    /// done again.
    pub fn intent(&self) -> Intent {
        let retry = Some(Retry { key: format!("job {}", self.job.id), request: String::new() });
        Intent { by: self.job.by.clone(), retry }
    }
}
