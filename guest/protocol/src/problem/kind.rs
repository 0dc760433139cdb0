//! What kinds of problem there are.

use http::StatusCode;
use serde::Deserialize;

/// What kinds of problem there are. A kind is read from its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The request makes no sense.
    BadRequest,
    /// A parameter of the address is unknown or out of range.
    BadParameter,
    /// A tensor is not what the model takes.
    BadTensor,
    /// There is no body.
    EmptyUpload,
    /// There is nothing at this address.
    NoSuchRoute,
    /// There is no such model, or no such version of it.
    NoSuchModel,
    /// There is no such data set.
    NoSuchData,
    /// There is no such report.
    NoSuchEvaluation,
    /// The name is that of other data.
    DataExists,
    /// The data makes no sense, or does not suit the model.
    BadData,
    /// The version does not meet the condition under which it may be deployed.
    GateRefused,
    /// There is no such job.
    NoSuchJob,
    /// There is no such key.
    NoSuchKey,
    /// No version of the model is deployed.
    NotDeployed,
    /// The version's number was used for another component.
    VersionExists,
    /// The version is deployed or has an alias.
    VersionInUse,
    /// The version cannot be loaded.
    CannotLoad,
    /// The version that should answer cannot be loaded.
    Unavailable,
    /// Another revision is live than the caller saw.
    RevisionMoved,
    /// There is nothing to go back to.
    NothingBefore,
    /// The job has ended.
    JobFinished,
    /// An idempotency key was used for two different requests.
    IdempotencyKeyReused,
    /// The model cannot be made a component.
    ModelRefused,
    /// A remote registry does not have it, or does not take it.
    RemoteFailed,
    /// There is no key, or one that opens nothing.
    Unauthorized,
    /// The key is not for this.
    Forbidden,
    /// A page of another site has the request made.
    CrossSite,
    /// The server does not answer to this name.
    UnknownHost,
    /// The key is used more often than it allows.
    TooManyRequests,
    /// The address does not take this method.
    WrongMethod,
    /// The body did not come in time.
    UploadTooSlow,
    /// The body has too many bytes.
    UploadTooLarge,
    /// The picture has too many pixels.
    MediaTooLarge,
    /// The body is of no supported type.
    UnsupportedMedia,
    /// The body is of a supported type, but damaged.
    MalformedMedia,
    /// The model cannot do what is asked.
    UnsupportedOperation,
    /// A fault of the server.
    Internal,
    /// The model failed.
    ModelFailed,
    /// Too much is going on.
    Busy,
    /// The model took too long.
    DeadlinePassed,
    /// The model asked for too much memory.
    MemoryExhausted,
    /// A status without a kind of its own.
    #[serde(skip)]
    Other(StatusCode),
}

impl Kind {
    /// Its name, its status, its title.
    pub fn parts(self) -> (&'static str, StatusCode, &'static str) {
        match self {
            Self::BadRequest => ("bad-request", StatusCode::BAD_REQUEST, "The request makes no sense"),
            Self::BadParameter => ("bad-parameter", StatusCode::BAD_REQUEST, "A parameter is wrong"),
            Self::BadTensor => ("bad-tensor", StatusCode::BAD_REQUEST, "A tensor is wrong"),
            Self::EmptyUpload => ("empty-upload", StatusCode::BAD_REQUEST, "There is no body"),
            Self::NoSuchRoute => ("no-such-route", StatusCode::NOT_FOUND, "There is nothing at this address"),
            Self::NoSuchModel => ("no-such-model", StatusCode::NOT_FOUND, "There is no such model"),
            Self::NoSuchData => ("no-such-data", StatusCode::NOT_FOUND, "There is no such data set"),
            Self::NoSuchEvaluation => ("no-such-evaluation", StatusCode::NOT_FOUND, "There is no such report"),
            Self::DataExists => ("data-exists", StatusCode::CONFLICT, "The name is that of other data"),
            Self::BadData => ("bad-data", StatusCode::UNPROCESSABLE_ENTITY, "The data cannot be used"),
            Self::GateRefused => ("gate-refused", StatusCode::CONFLICT, "The version does not meet the condition"),
            Self::NoSuchJob => ("no-such-job", StatusCode::NOT_FOUND, "There is no such job"),
            Self::NoSuchKey => ("no-such-key", StatusCode::NOT_FOUND, "There is no such key"),
            Self::NotDeployed => ("not-deployed", StatusCode::NOT_FOUND, "No version of the model is deployed"),
            Self::VersionExists => ("version-exists", StatusCode::CONFLICT, "The version is another component"),
            Self::VersionInUse => ("version-in-use", StatusCode::CONFLICT, "The version is needed"),
            Self::CannotLoad => ("cannot-load", StatusCode::CONFLICT, "The version cannot be loaded"),
            Self::Unavailable => ("unavailable", StatusCode::SERVICE_UNAVAILABLE, "The version cannot be loaded"),
            Self::RevisionMoved => ("revision-moved", StatusCode::CONFLICT, "Another revision is live"),
            Self::NothingBefore => ("nothing-before", StatusCode::CONFLICT, "There is nothing to go back to"),
            Self::JobFinished => ("job-finished", StatusCode::CONFLICT, "The job has ended"),
            Self::IdempotencyKeyReused => (
                "idempotency-key-reused",
                StatusCode::UNPROCESSABLE_ENTITY,
                "The idempotency key was used for another request",
            ),
            Self::ModelRefused => {
                ("model-refused", StatusCode::UNPROCESSABLE_ENTITY, "The model cannot be made a component")
            }
            Self::RemoteFailed => ("remote-failed", StatusCode::BAD_GATEWAY, "The remote registry failed"),
            Self::Unauthorized => ("unauthorized", StatusCode::UNAUTHORIZED, "A key is needed"),
            Self::Forbidden => ("forbidden", StatusCode::FORBIDDEN, "The key is not for this"),
            Self::CrossSite => ("cross-site", StatusCode::FORBIDDEN, "Pages of this site may not use the server"),
            Self::UnknownHost => {
                ("unknown-host", StatusCode::MISDIRECTED_REQUEST, "The server does not answer to this name")
            }
            Self::TooManyRequests => ("too-many-requests", StatusCode::TOO_MANY_REQUESTS, "The key is used too often"),
            Self::WrongMethod => ("wrong-method", StatusCode::METHOD_NOT_ALLOWED, "The address takes another method"),
            Self::UploadTooSlow => ("upload-too-slow", StatusCode::REQUEST_TIMEOUT, "The body came too slowly"),
            Self::UploadTooLarge => ("upload-too-large", StatusCode::PAYLOAD_TOO_LARGE, "The body is too large"),
            Self::MediaTooLarge => ("media-too-large", StatusCode::PAYLOAD_TOO_LARGE, "The picture is too large"),
            Self::UnsupportedMedia => {
                ("unsupported-media", StatusCode::UNSUPPORTED_MEDIA_TYPE, "The body is of no supported type")
            }
            Self::MalformedMedia => ("malformed-media", StatusCode::UNPROCESSABLE_ENTITY, "The body is damaged"),
            Self::UnsupportedOperation => {
                ("unsupported-operation", StatusCode::UNPROCESSABLE_ENTITY, "The model cannot do this")
            }
            Self::Internal => ("internal", StatusCode::INTERNAL_SERVER_ERROR, "The server has a fault"),
            Self::ModelFailed => ("model-failed", StatusCode::BAD_GATEWAY, "The model failed"),
            Self::Busy => ("busy", StatusCode::SERVICE_UNAVAILABLE, "Too much is going on"),
            Self::DeadlinePassed => ("deadline-passed", StatusCode::GATEWAY_TIMEOUT, "The model took too long"),
            Self::MemoryExhausted => {
                ("memory-exhausted", StatusCode::INSUFFICIENT_STORAGE, "The model asked for too much memory")
            }
            Self::Other(status) => ("about:blank", status, status.canonical_reason().unwrap_or("Error")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn a_kind_is_read_from_its_name() {
        for kind in [Kind::BadRequest, Kind::VersionExists, Kind::CannotLoad, Kind::ModelRefused, Kind::Internal] {
            let name = Value::String(kind.parts().0.into());
            assert_eq!(serde_json::from_value::<Kind>(name).unwrap(), kind);
        }
    }
}
