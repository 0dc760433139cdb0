//! Errors of the registry as the API tells them.

use super::Error;
use maasm_protocol::{Kind, Problem};

/// The sentence for everybody whose request comes to nothing because the machine fails.
pub const MACHINE: &str = "the server cannot read or write its files; its log says why";

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        use Error as E;
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
