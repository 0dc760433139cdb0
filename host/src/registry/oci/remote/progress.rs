//! What is told while something is pushed or pulled.

use crate::registry::digest::Digest;
use std::time::Duration;

/// What is told while something is pushed or pulled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// A blob is where it should be already.
    Present {
        /// Which.
        blob: Digest,
        /// How many bytes it has.
        size: u64,
    },
    /// A part of a blob has moved.
    Moved {
        /// Which.
        blob: Digest,
        /// How many of its bytes have moved by now, in earlier attempts included.
        bytes: u64,
        /// How many bytes it has.
        size: u64,
    },
    /// Something failed that may succeed the next time.
    Waiting {
        /// What failed.
        reason: String,
        /// How long until it is tried again.
        pause: Duration,
    },
}

/// Whoever wants to be told. It is called often and must not take long.
pub type Listener<'a> = &'a (dyn Fn(Progress) + Send + Sync);
