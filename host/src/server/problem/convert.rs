//! Errors of the engine, the registry and the service.

use super::{Kind, Problem};
use crate::engine::CallError;
use crate::service::MACHINE;
use crate::{registry, service};

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

impl From<registry::Error> for Problem {
    fn from(error: registry::Error) -> Self {
        use registry::Error as E;
        let detail = error.to_string();
        let (kind, available) = match error {
            E::NoSuchModel { there, .. } | E::NoSuchVersion { there, .. } => (Kind::NoSuchModel, Some(there)),
            E::NoSuchData { there, .. } => (Kind::NoSuchData, Some(there)),
            E::NoSuchEvaluation { there, .. } => (Kind::NoSuchEvaluation, Some(there)),
            E::DataExists { .. } => (Kind::DataExists, None),
            E::NotDeployed { there, .. } => (Kind::NotDeployed, Some(there)),
            E::Unnamed { there } if there.is_empty() => (Kind::NoSuchModel, None),
            E::Unnamed { there } => (Kind::BadParameter, Some(there)),
            E::Malformed(_) | E::Traffic(_) => (Kind::BadRequest, None),
            E::Exists { .. } | E::Deleted { .. } => (Kind::VersionExists, None),
            E::InUse { .. } => (Kind::VersionInUse, None),
            E::Quarantined { .. } => (Kind::CannotLoad, None),
            E::Moved { .. } => (Kind::RevisionMoved, None),
            E::NothingBefore(_) => (Kind::NothingBefore, None),
            E::RetryDiffers { .. } => (Kind::IdempotencyKeyReused, None),
            E::NoSuchKey(_) => (Kind::NoSuchKey, None),
            E::NoSuchJob(_) => (Kind::NoSuchJob, None),
            E::JobFinished { .. } => (Kind::JobFinished, None),
            E::Schema { .. } | E::Database(_) | E::Record(_) | E::File { .. } => {
                return Self::new(Kind::Internal, MACHINE).because(detail);
            }
        };
        let problem = Self::new(kind, detail);
        match available {
            Some(there) => problem.with("available", there),
            None => problem,
        }
    }
}

impl From<service::Error> for Problem {
    fn from(error: service::Error) -> Self {
        use service::Error as E;
        let kind = match &error {
            E::Load { .. } | E::Execution { .. } => Kind::CannotLoad,
            E::Remote(_) => Kind::RemoteFailed,
            E::Optimization(_) | E::Component(_) => Kind::ModelRefused,
            E::Evaluation(_) => Kind::BadData,
            E::Gate { .. } => Kind::GateRefused,
            E::Machine(_) | E::Registry(_) => Kind::Internal,
        };
        match error {
            E::Registry(error) => error.into(),
            error if error.is_of_machine() => of(Kind::Internal, &error),
            error => of(kind, &error),
        }
    }
}

/// A problem of this kind: its detail is what anybody may be told of an error, its cause is all of it.
pub fn of(kind: Kind, error: &service::Error) -> Problem {
    Problem::new(kind, error.told()).because(error.to_string())
}
