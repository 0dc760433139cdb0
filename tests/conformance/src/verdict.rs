//! What came of a test.

use serde::{Deserialize, Serialize};

/// How it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Every answer was right.
    Passed,
    /// An answer was wrong, or there was a crash: a fault.
    Failed,
    /// The engine says that it cannot do it.
    Unsupported,
}

impl Status {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Unsupported => "unsupported",
        }
    }

    /// The status of that name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Passed, Self::Failed, Self::Unsupported].into_iter().find(|status| status.name() == name)
    }
}

/// What came of a test, and why.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Verdict {
    /// How it went.
    pub status: Status,
    /// Why it did not pass, in words that are the same on every machine; empty if it passed.
    pub reason: String,
    /// What else helps to find out why.
    pub detail: String,
}

impl Verdict {
    /// Every answer was right.
    pub fn passed() -> Self {
        Self { status: Status::Passed, reason: String::new(), detail: String::new() }
    }

    /// An answer was wrong, or there was a crash.
    pub fn failed(reason: impl Into<String>) -> Self {
        Self { status: Status::Failed, reason: reason.into(), detail: String::new() }
    }

    /// The engine says that it cannot do it.
    pub fn unsupported(reason: impl Into<String>) -> Self {
        Self { status: Status::Unsupported, reason: reason.into(), detail: String::new() }
    }

    /// The same with more to say.
    #[must_use]
    pub fn detailed(self, detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), ..self }
    }
}
