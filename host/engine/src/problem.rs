//! Errors of calls as the API tells them.

use super::CallError;
use maasm_protocol::{Kind, Problem};

impl From<CallError> for Problem {
    fn from(error: CallError) -> Self {
        let detail = error.to_string();
        match error {
            CallError::Model(error) => error.into(),
            CallError::Deadline { limit } => {
                Self::new(Kind::DeadlinePassed, detail).with("deadline_ms", limit.as_millis() as u64)
            }
            CallError::Memory { asked, limit } => {
                Self::new(Kind::MemoryExhausted, detail).with("asked", asked).with("maximum", limit)
            }
            CallError::Trap(_) => Self::new(Kind::ModelFailed, detail),
            CallError::Saturated { limit } => Self::new(Kind::Busy, detail).with("maximum", limit),
        }
    }
}
