//! What the server may take.

use super::Sites;
use std::time::Duration;

/// What the server may take, beside what the engine gives one call.
#[derive(Clone, Debug)]
pub struct ServerOptions {
    /// Names that it answers to, and other sites whose pages may use it.
    pub sites: Sites,
    /// How many calls run at once.
    pub max_concurrent: usize,
    /// How many more calls may wait for their turn.
    pub max_waiting: usize,
    /// How long one may wait for its turn.
    pub max_wait: Duration,
    /// How many bytes a body may have.
    pub max_body: usize,
    /// How long a client may take to send its request's head, and then again to send its body.
    pub upload_timeout: Duration,
    /// How many bytes an uploaded model may have.
    pub max_model: u64,
    /// How many bytes uploaded data may have, before and after it is unpacked.
    pub max_data: u64,
    /// How many threads evaluate a version.
    pub evaluate_threads: usize,
    /// How many models are compiled at once.
    pub max_jobs: usize,
    /// How much memory compiling one may take, in bytes.
    pub compile_memory: u64,
    /// How long compiling one may take.
    pub compile_timeout: Duration,
    /// How long what is in flight may still take once the server is told to end.
    pub shutdown_timeout: Duration,
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self {
            sites: Sites::default(),
            max_concurrent: 4,
            max_waiting: 64,
            max_wait: Duration::from_secs(10),
            max_body: 32 << 20,
            upload_timeout: Duration::from_secs(15),
            max_model: 2 << 30,
            max_data: 64 << 30,
            evaluate_threads: 1,
            max_jobs: 1,
            compile_memory: 8 << 30,
            compile_timeout: Duration::from_secs(600),
            shutdown_timeout: Duration::from_secs(30),
        }
    }
}
