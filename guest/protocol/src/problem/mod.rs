//! Every error, as RFC 9457 (Problem Details for HTTP APIs) wants it.
//!
//! # Layout
//! - `kind`: what kinds of problem there are

mod kind;

pub use kind::Kind;

use crate::model::ModelError;
use http::header::{HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value, json};

/// What problems' documents are.
pub const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/problem+json");

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
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.members.insert(name.into(), value.into());
        self
    }

    /// Adds what only those are told whose machine it is.
    #[must_use]
    pub fn because(self, cause: impl Into<String>) -> Self {
        Self { cause: Some(cause.into()), ..self }
    }

    /// As clients of the Open Inference Protocol want it: they look for what is wrong in the member `error`.
    #[must_use]
    pub fn for_open_inference(self) -> Self {
        let detail = self.detail.clone();
        self.with("error", detail)
    }

    /// What those are told whose machine it is.
    pub fn cause(&self) -> &str {
        self.cause.as_ref().unwrap_or(&self.detail)
    }

    /// Its kind.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The response's status.
    pub fn status(&self) -> StatusCode {
        self.kind.parts().1
    }

    /// What is wrong with this very request.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// Headers of the response, beside those that tell of its body.
    pub fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        if let Kind::Busy | Kind::TooManyRequests = self.kind {
            // A key's limit is so many in a second: none waits longer for its turn.
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        if self.kind == Kind::Unauthorized {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"maasm\""));
        }
        headers
    }

    /// The document. `instance` is the request's id; none where requests have none.
    pub fn document(mut self, instance: Option<&str>) -> Value {
        let (name, status, title) = self.kind.parts();
        let r#type = if let Kind::Other(_) = self.kind { name.into() } else { format!("urn:maasm:problem:{name}") };
        let mut document = json!({ "type": r#type, "title": title, "status": status.as_u16(), "detail": self.detail });
        let members = document.as_object_mut().expect("it is an object");
        if let Some(instance) = instance {
            members.insert("instance".into(), instance.into());
        }
        members.append(&mut self.members);
        document
    }
}

impl From<ModelError> for Problem {
    fn from(error: ModelError) -> Self {
        let detail = error.to_string();
        match error {
            ModelError::EmptyInput => Self::new(Kind::EmptyUpload, detail),
            ModelError::UnsupportedMedia(_) => Self::new(Kind::UnsupportedMedia, detail),
            ModelError::MalformedMedia(_) => Self::new(Kind::MalformedMedia, detail),
            ModelError::TooLarge(limit) => Self::new(Kind::MediaTooLarge, detail)
                .with("limit", limit.what)
                .with("value", limit.value)
                .with("maximum", limit.maximum),
            ModelError::InvalidArgument(_) => Self::new(Kind::BadParameter, detail),
            ModelError::InvalidTensor(_) => Self::new(Kind::BadTensor, detail),
            ModelError::UnsupportedOperation(_) => Self::new(Kind::UnsupportedOperation, detail),
        }
    }
}

#[cfg(feature = "server")]
impl axum_core::response::IntoResponse for Problem {
    /// The document itself is written later, by who knows the request's id: the problem is in the response's extensions.
    fn into_response(self) -> axum_core::response::Response {
        let mut response = self.status().into_response();
        response.headers_mut().extend(self.headers());
        response.extensions_mut().insert(self);
        response
    }
}

/// The document itself, for the description of the interface.
#[cfg(feature = "server")]
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
