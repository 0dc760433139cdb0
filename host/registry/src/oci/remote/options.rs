//! How to push and pull.

use super::super::credentials::Credentials;
use std::path::PathBuf;
use std::time::Duration;

/// How to push and pull.
#[derive(Clone, Debug)]
pub struct Options {
    /// Speak HTTP without TLS to any registry, not only to those on this machine.
    pub insecure: bool,
    /// Who we are; what Docker's configuration says if this is not given.
    pub credentials: Option<Credentials>,
    /// The folder of Docker's configuration; the usual one if this is not given.
    pub docker_config: Option<PathBuf>,
    /// How many bytes a component may have.
    pub component_limit: u64,
    /// How many bytes all that is attached to a version may have together; more is left where it is.
    pub attachments_limit: u64,
    /// How often something is tried before it counts as failed, as long as nothing moves.
    pub attempts: u32,
    /// How long to wait after the first failure; twice as long after each further one.
    pub pause: Duration,
    /// How long to wait for a connection.
    pub connect_timeout: Duration,
    /// How long to wait for the next bytes.
    pub idle_timeout: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            insecure: false,
            credentials: None,
            docker_config: None,
            component_limit: 3 << 29,
            attachments_limit: 64 << 20,
            attempts: 5,
            pause: Duration::from_millis(500),
            connect_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(60),
        }
    }
}
