//! Every error, as RFC 9457 (Problem Details for HTTP APIs) wants it.

use super::catalog::Missing;
use super::routes::speaks_at;
use super::trace::RequestId;
use crate::engine::{CallError, ModelError};
use axum::extract::Request;
use axum::http::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use axum::http::{HeaderName, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use std::any::Any;

/// What kinds of problem there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    members: Map<String, Value>,
}

impl Problem {
    /// A problem of this kind; `detail` says what is wrong with this very request and what to do.
    pub fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), members: Map::new() }
    }

    /// Adds an extension member.
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.members.insert(name.into(), value.into());
        self
    }

    /// Its kind.
    pub fn kind(&self) -> Kind {
        self.kind
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
        if self.kind == Kind::Busy {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
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

impl From<Missing> for Problem {
    fn from(missing: Missing) -> Self {
        let detail = missing.to_string();
        let (kind, there) = match missing {
            Missing::Unnamed { there } => (Kind::BadParameter, there),
            Missing::Model { there, .. } | Missing::Version { there, .. } => (Kind::NoSuchModel, there),
        };
        Self::new(kind, detail).with("available", there)
    }
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
