//! What is told while something is pushed or pulled.

use crate::digest::Digest;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
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

/// Adds up what is told.
#[derive(Debug, Default)]
pub struct Tally {
    /// Of each blob: how many bytes have moved, and how many it has.
    blobs: Mutex<HashMap<Digest, (u64, u64)>>,
}

impl Tally {
    /// Notes what is told, and gives how many bytes have moved of how many, as far as is known by now; nothing where
    /// nothing moved.
    pub fn add(&self, progress: &Progress) -> Option<(u64, u64)> {
        let (blob, standing) = match *progress {
            Progress::Present { blob, size } => (blob, (size, size)),
            Progress::Moved { blob, bytes, size } => (blob, (bytes, size)),
            Progress::Waiting { .. } => return None,
        };
        let mut blobs = self.blobs.lock().unwrap_or_else(PoisonError::into_inner);
        blobs.insert(blob, standing);
        Some(blobs.values().fold((0, 0), |(moved, size), blob| (moved + blob.0, size + blob.1)))
    }
}
