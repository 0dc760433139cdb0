//! Errors of the service as the API tells them.

use super::Error;
use maasm_protocol::{Kind, Problem};

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        use Error as E;
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
pub fn of(kind: Kind, error: &Error) -> Problem {
    Problem::new(kind, error.told()).because(error.to_string())
}
