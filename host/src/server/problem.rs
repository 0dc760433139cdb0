//! Every error, as RFC 9457 (Problem Details for HTTP APIs) wants it.

use super::routes::speaks_at;
use super::trace::RequestId;
use crate::engine::{CallError, ModelError};
use crate::{registry, service};
use axum::extract::Request;
use axum::http::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderName, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::any::Any;

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
    fn parts(self) -> (&'static str, StatusCode, &'static str) {
        match self {
            Self::BadRequest => ("bad-request", StatusCode::BAD_REQUEST, "The request makes no sense"),
            Self::BadParameter => ("bad-parameter", StatusCode::BAD_REQUEST, "A parameter is wrong"),
            Self::BadTensor => ("bad-tensor", StatusCode::BAD_REQUEST, "A tensor is wrong"),
            Self::EmptyUpload => ("empty-upload", StatusCode::BAD_REQUEST, "There is no body"),
            Self::NoSuchRoute => ("no-such-route", StatusCode::NOT_FOUND, "There is nothing at this address"),
            Self::NoSuchModel => ("no-such-model", StatusCode::NOT_FOUND, "There is no such model"),
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

/// An error on its way to the client.
#[derive(Clone, Debug)]
pub struct Problem {
    kind: Kind,
    detail: String,
    /// What is not a stranger's business.
    cause: Option<String>,
    members: Map<String, Value>,
}

impl Problem {
    /// A problem of this kind; `detail` says what is wrong with this very request and what to do.
    pub fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), cause: None, members: Map::new() }
    }

    /// Adds an extension member.
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.members.insert(name.into(), value.into());
        self
    }

    /// Adds what only those are told whose machine it is.
    pub fn because(self, cause: impl Into<String>) -> Self {
        Self { cause: Some(cause.into()), ..self }
    }

    /// What those are told whose machine it is.
    pub fn cause(&self) -> &str {
        self.cause.as_ref().unwrap_or(&self.detail)
    }

    /// Its kind.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// As what comes of a job.
    pub fn failure(self) -> registry::Failure {
        registry::Failure { problem: self.kind.parts().0.into(), error: self.detail }
    }

    /// What came of a job.
    pub fn of_job(job: &registry::Job) -> Self {
        let kind = job.problem.clone().and_then(|name| serde_json::from_value(Value::String(name)).ok());
        let detail = job.error.clone().unwrap_or_else(|| "the job was called off".into());
        Self::new(kind.unwrap_or(Kind::ModelRefused), detail).with("job", job.id.clone())
    }

    /// What is wrong with this very request.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// The document. `instance` is the request's id.
    fn document(mut self, instance: &str) -> Value {
        let (name, status, title) = self.kind.parts();
        let r#type = if let Kind::Other(_) = self.kind { name.into() } else { format!("urn:maasm:problem:{name}") };
        let mut document = json!({
            "type": r#type,
            "title": title,
            "status": status.as_u16(),
            "detail": self.detail,
            "instance": instance,
        });
        document.as_object_mut().expect("it is an object").append(&mut self.members);
        document
    }
}

impl IntoResponse for Problem {
    /// The document itself is written by [`finish`], which knows the request's id.
    fn into_response(self) -> Response {
        let mut response = self.kind.parts().1.into_response();
        if let Kind::Busy | Kind::TooManyRequests = self.kind {
            // A key's limit is so many in a second: none waits longer for its turn.
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        if self.kind == Kind::Unauthorized {
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"maasm\""));
        }
        response.extensions_mut().insert(self);
        response
    }
}

impl From<CallError> for Problem {
    fn from(error: CallError) -> Self {
        let detail = error.to_string();
        match error {
            CallError::Model(error) => model_problem(error, detail),
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

fn model_problem(error: ModelError, detail: String) -> Problem {
    match error {
        ModelError::EmptyInput => Problem::new(Kind::EmptyUpload, detail),
        ModelError::UnsupportedMedia(_) => Problem::new(Kind::UnsupportedMedia, detail),
        ModelError::MalformedMedia(_) => Problem::new(Kind::MalformedMedia, detail),
        ModelError::TooLarge(limit) => Problem::new(Kind::MediaTooLarge, detail)
            .with("limit", limit.what)
            .with("value", limit.value)
            .with("maximum", limit.maximum),
        ModelError::InvalidArgument(_) => Problem::new(Kind::BadParameter, detail),
        ModelError::InvalidTensor(_) => Problem::new(Kind::BadTensor, detail),
        ModelError::UnsupportedOperation(_) => Problem::new(Kind::UnsupportedOperation, detail),
    }
}

impl From<registry::Error> for Problem {
    fn from(error: registry::Error) -> Self {
        use registry::Error as E;
        let detail = error.to_string();
        let (kind, available) = match error {
            E::NoSuchModel { there, .. } | E::NoSuchVersion { there, .. } => (Kind::NoSuchModel, Some(there)),
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
            error @ service::Error::Remote(_) => Self::new(Kind::RemoteFailed, error.to_string()),
            error @ service::Error::Component(_) => Self::new(Kind::ModelRefused, error.to_string()),
        }
    }
}

/// The document itself, for the description of the interface.
#[derive(utoipa::ToSchema)]
#[schema(as = Problem, title = "Problem (RFC 9457)")]
#[expect(dead_code, reason = "it describes what `document` writes")]
pub struct ProblemDocument {
    /// What kind of problem.
    #[schema(example = "urn:maasm:problem:no-such-model")]
    r#type: String,
    /// The kind in words.
    title: String,
    /// The status.
    status: u16,
    /// What is wrong with this very request, and what to do.
    detail: String,
    /// The request's id.
    instance: String,
    /// What there is, where something is not.
    available: Option<Vec<String>>,
}

/// What a handler's panic becomes.
pub fn from_panic(panic: Box<dyn Any + Send>) -> Response {
    let message = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    tracing::error!(message = message.unwrap_or("no message"), "a handler panicked");
    Problem::new(Kind::Internal, "the server failed at this request; its log says why").into_response()
}

/// Writes the documents of problems; and makes a problem of every other error that a library answers with. Clients of
/// the Open Inference Protocol look for what is wrong in the member `error`.
pub async fn finish(request: Request, next: Next) -> Response {
    let open_inference = speaks_at(request.uri().path());
    let id = request.extensions().get::<RequestId>().map(|id| id.as_str().to_owned()).unwrap_or_default();
    let mut response = next.run(request).await;
    let status = response.status();
    let problem = match response.extensions_mut().remove::<Problem>() {
        Some(problem) => problem,
        None if status.is_client_error() || status.is_server_error() => {
            Problem::new(Kind::Other(status), "the request cannot be answered")
        }
        None => return response,
    };
    tracing::debug!(request_id = %id, detail = problem.detail, "problem");
    let problem = match open_inference {
        true => problem.clone().with("error", problem.detail),
        false => problem,
    };
    let body = problem.document(&id).to_string();
    let mut finished = (status, body).into_response();
    let dropped: [HeaderName; 2] = [CONTENT_TYPE, axum::http::header::CONTENT_LENGTH];
    for (name, value) in response.headers().iter().filter(|(name, _)| !dropped.contains(name)) {
        finished.headers_mut().append(name, value.clone());
    }
    finished.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    finished
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_read_from_its_name() {
        for kind in [Kind::BadRequest, Kind::VersionExists, Kind::CannotLoad, Kind::ModelRefused, Kind::Internal] {
            let name = Value::String(kind.parts().0.into());
            assert_eq!(serde_json::from_value::<Kind>(name).unwrap(), kind);
        }
    }
}
