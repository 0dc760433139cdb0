//! What comes of asking another version the same: its answers are compared with those that were given, and thrown away.

use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use utoipa::ToSchema;

/// How a shadow's answers compare, since the server started or the deployment changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Agreement {
    /// Requests that it answered as the live version did: with the same likeliest class, or with outputs that differ
    /// by no more than a thousandth of their range.
    pub agreed: u64,
    /// Requests that it answered otherwise.
    pub differed: u64,
    /// Requests that it could not answer.
    pub failed: u64,
    /// Requests that it was not asked, since the server was busy.
    pub skipped: u64,
}

/// What came of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Agreed,
    Differed,
    Failed,
    Skipped,
}

/// The agreement of each model's shadow, with the revision that it belongs to.
#[derive(Clone, Default)]
pub struct Shadows {
    counted: Arc<Mutex<HashMap<String, (u64, Agreement)>>>,
}

impl Shadows {
    /// Counts a request.
    pub fn count(&self, model: &str, revision: u64, outcome: Outcome) {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let (of, agreement) = counted.entry(model.to_owned()).or_default();
        if *of != revision {
            (*of, *agreement) = (revision, Agreement::default());
        }
        *match outcome {
            Outcome::Agreed => &mut agreement.agreed,
            Outcome::Differed => &mut agreement.differed,
            Outcome::Failed => &mut agreement.failed,
            Outcome::Skipped => &mut agreement.skipped,
        } += 1;
    }

    /// The agreement of this revision's shadow.
    pub fn agreement(&self, model: &str, revision: u64) -> Agreement {
        let counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        counted.get(model).filter(|(of, _)| *of == revision).map(|(_, agreement)| *agreement).unwrap_or_default()
    }
}
