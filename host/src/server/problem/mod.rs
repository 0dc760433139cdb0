//! Every error, as RFC 9457 (Problem Details for HTTP APIs) wants it.
//!
//! # Layout
//! - `kind`: what kinds of problem there are

mod kind;

pub use kind::Kind;

use super::routes::speaks_at;
use super::trace::RequestId;
use crate::engine::{CallError, ModelError};
use crate::{registry, service};
use axum::extract::Request;
use axum::http::HeaderName;
use axum::http::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use std::any::Any;

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
