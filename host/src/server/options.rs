//! What the server may take.

use std::time::Duration;

/// What the server may take, beside what the engine gives one call.
#[derive(Clone, Debug)]
pub struct ServerOptions {
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
    /// How long what is in flight may still take once the server is told to end.
    pub shutdown_timeout: Duration,
}
