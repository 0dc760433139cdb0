//! Requests that change something: who asks, and whether they ask once more.

use super::access::Principal;
use super::sites::content;
use super::{Kind, Problem};
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};
use http_body_util::{BodyExt, Limited};
use maasm_registry::{Intent, Retry};
use serde::de::DeserializeOwned;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// The longest idempotency key, in bytes.
const LONGEST: usize = 255;
/// The largest document that says what is to be changed, in bytes.
const LARGEST: usize = 1 << 20;

/// The header, for the description of the interface.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it describes what `retry` reads")]
pub struct IdempotencyKey {
    /// A text of the client's choice. The same text with the same request is the same change wanted once more: it is
    /// made once and answered the same, for a day.
    #[param(rename = "Idempotency-Key", min_length = 1, max_length = 255)]
    idempotency_key: Option<String>,
}

/// Who wants a change, from the request's key and its header `Idempotency-Key`.
pub struct Wanted(pub Intent);

impl<S: Sync> FromRequestParts<S> for Wanted {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let principal = parts.extensions.get::<Principal>();
        let by = principal.map_or_else(|| "anonymous".into(), |principal| principal.id.clone());
        Ok(Self(Intent { by, retry: retry(&parts.headers)? }))
    }
}

fn retry(headers: &HeaderMap) -> Result<Option<Retry>, Problem> {
    let Some(value) = headers.get(IDEMPOTENCY_KEY) else { return Ok(None) };
    // The draft wants a string of structured fields, in quotes; most clients send it bare.
    let key = value.to_str().ok().map(|key| key.trim().trim_matches('"'));
    match key.filter(|key| (1..=LONGEST).contains(&key.len())) {
        Some(key) => Ok(Some(Retry { key: key.into(), request: String::new() })),
        None => {
            let detail = format!("the header Idempotency-Key must be 1 to {LONGEST} characters of ASCII");
            Err(Problem::new(Kind::BadRequest, detail))
        }
    }
}

/// A document that says what is to be changed, of a content type that no page could have sent unasked. No body at all is
/// `{}`.
pub struct Document<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for Document<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let collected = Limited::new(body, LARGEST).collect().await;
        let bytes: Bytes = collected
            .map_err(|error| match error.is::<http_body_util::LengthLimitError>() {
                true => Problem::new(Kind::UploadTooLarge, format!("the document has more than {LARGEST} bytes")),
                false => Problem::new(Kind::BadRequest, format!("the body breaks off: {error}")),
            })?
            .to_bytes();
        let text = match bytes.trim_ascii() {
            [] => b"{}",
            text => {
                content::check(&parts.headers)?;
                text
            }
        };
        // Members have names here; a list would be taken as their values in order.
        if text[0] != b'{' {
            return Err(Problem::new(Kind::BadRequest, "the document is no JSON object; it begins with `{`"));
        }
        let document = serde_json::from_slice(text);
        document
            .map(Self)
            .map_err(|error| Problem::new(Kind::BadRequest, format!("the document makes no sense: {error}")))
    }
}
