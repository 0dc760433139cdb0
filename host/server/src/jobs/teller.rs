//! How far a job is, written down now and then.

use maasm_app::Service;
use maasm_registry::Job;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How often it is written down.
pub const INTERVAL: Duration = Duration::from_secs(1);

/// Writes down how far a job is, at most once in an interval.
pub struct Teller<'a> {
    service: &'a Service,
    job: &'a Job,
    next: Mutex<Instant>,
}

impl<'a> Teller<'a> {
    /// Writes nothing down before this time.
    pub fn new(service: &'a Service, job: &'a Job, from: Instant) -> Self {
        Self { service, job, next: Mutex::new(from) }
    }

    /// Writes it down if it is time, or if it is `due` in any case.
    pub fn tell(&self, due: bool, stage: impl FnOnce() -> String) {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        if due || Instant::now() >= *next {
            *next = Instant::now() + INTERVAL;
            let _ = self.service.registry().job_stage(&self.job.id, &stage());
        }
    }
}
