//! Errors of the engine, the registry and the service.

use super::{Kind, Problem};
use crate::engine::CallError;
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
                tracing::error!(error = detail, "the registry failed");
                let told = "the server cannot read or write its records; its log says why";
                return Self::new(Kind::Internal, told).because(detail);
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
        match error {
            service::Error::Registry(error) => error.into(),
            error @ service::Error::Load { .. } => Self::new(Kind::CannotLoad, error.to_string()),
            error @ service::Error::Execution { .. } => Self::new(Kind::CannotLoad, error.to_string()),
            error @ service::Error::Remote(_) => Self::new(Kind::RemoteFailed, error.to_string()),
            error @ service::Error::Optimization(_) => Self::new(Kind::ModelRefused, error.to_string()),
            error @ service::Error::Evaluation(_) => Self::new(Kind::BadData, error.to_string()),
            error @ service::Error::Gate { .. } => Self::new(Kind::GateRefused, error.to_string()),
            error @ service::Error::Component(_) => Self::new(Kind::ModelRefused, error.to_string()),
        }
    }
}
