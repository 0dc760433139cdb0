//! Everything that can go wrong between us and a registry, told so that it can be put right.

use super::super::artifact::{NotWasm, ReadError};
use super::super::credentials::NoCredentials;
use crate::digest::Digest;
use std::time::Duration;

/// Why nothing was pushed or pulled.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Credentials cannot be had.
    #[error("{reference}: {error}")]
    Credentials {
        /// What was to be pushed or pulled.
        reference: String,
        /// Why not.
        error: NoCredentials,
    },
    /// The registry wants to know who we are, or does not let us.
    #[error(
        "{reference}: {registry} {complaint} (status {status}); `docker login {registry}` with a user who may, or check what Docker's config.json says of it"
    )]
    Unauthorized {
        /// What was to be pushed or pulled.
        reference: String,
        /// Which registry.
        registry: String,
        /// What it wants or refuses.
        complaint: &'static str,
        /// 401 or 403.
        status: u16,
    },
    /// Something is not in the registry.
    #[error("{reference}: the registry does not have {what}; check name and tag")]
    NotFound {
        /// What was to be pulled.
        reference: String,
        /// What is not there.
        what: String,
    },
    /// The registry cannot be reached, or the connection broke.
    #[error("{reference}: cannot talk to the registry: {reason}; check its name and the network, and try again{hint}")]
    Unreachable {
        /// What was to be pushed or pulled.
        reference: String,
        /// What happened.
        reason: String,
        /// What else may be the matter.
        hint: &'static str,
    },
    /// The registry has too much to do, or failed.
    #[error("{reference}: the registry cannot answer now (status {status}){}; try again later", said(.reason))]
    Busy {
        /// What was to be pushed or pulled.
        reference: String,
        /// 429, 408 or 5xx.
        status: u16,
        /// What it says of it.
        reason: String,
        /// When it says to come again.
        retry_after: Option<Duration>,
    },
    /// The registry does not do what it was asked.
    #[error("{reference}: the registry refuses {what} (status {status}){}", said(.reason))]
    Refused {
        /// What was to be pushed or pulled.
        reference: String,
        /// What it was asked.
        what: String,
        /// Its answer's status.
        status: u16,
        /// What it says of it.
        reason: String,
    },
    /// The registry gives or takes other bytes than it should.
    #[error(
        "{reference}: the registry has other bytes under {expected}, their digest is {actual}; they were refused. Push the version again, or use another registry"
    )]
    WrongDigest {
        /// What was to be pushed or pulled.
        reference: String,
        /// Which digest was asked for.
        expected: Digest,
        /// Which digest there was.
        actual: Digest,
    },
    /// A blob has more bytes than its manifest says.
    #[error(
        "{reference}: the registry gives more than the {size} bytes that {digest} should have; they were refused. Push the version again, or use another registry"
    )]
    WrongSize {
        /// What was to be pulled.
        reference: String,
        /// Which blob.
        digest: Digest,
        /// How many bytes there should be.
        size: u64,
    },
    /// Something is larger than is allowed.
    #[error("{reference}: {what} has {size} bytes, at most {limit} are allowed; allow more if you trust the registry")]
    TooLarge {
        /// What was to be pulled.
        reference: String,
        /// What is too large.
        what: String,
        /// How large it is at least.
        size: u64,
        /// How large it may be.
        limit: u64,
    },
    /// What is there is not a model.
    #[error("{reference}: {error}; it is nothing that maasm or `wash oci push` would push")]
    NotWasm {
        /// What was to be pulled.
        reference: String,
        /// What is wrong.
        error: NotWasm,
    },
    /// What is to be pushed cannot be read.
    #[error("{reference}: {error}")]
    Local {
        /// What was to be pushed.
        reference: String,
        /// What is wrong.
        error: ReadError,
    },
    /// The folder of blobs cannot be read or written.
    #[error(
        "{reference}: cannot read or write the registry's folder: {error}; check its permissions and the space left"
    )]
    Store {
        /// What was to be pushed or pulled.
        reference: String,
        /// What happened.
        error: std::io::Error,
    },
}

impl Error {
    /// Whether the same may succeed a little later, and when, if the registry said so.
    pub(super) fn is_transient(&self) -> Option<Option<Duration>> {
        match self {
            Self::Unreachable { .. } => Some(None),
            Self::Busy { retry_after, .. } => Some(*retry_after),
            _ => None,
        }
    }
}

/// What the registry said, if anything.
fn said(reason: &str) -> String {
    if reason.is_empty() { String::new() } else { format!(": {reason}") }
}
