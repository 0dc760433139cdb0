//! Responses.

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};
use http_body_util::Full;
use maasm_protocol::problem::MEDIA_TYPE;
use maasm_protocol::{Kind, Problem};
use serde::Serialize;

/// What a response holds.
pub type Body = Full<Bytes>;

/// A document.
pub fn json(document: &impl Serialize) -> Response<Body> {
    document_of(serde_json::to_vec(document).expect("names, numbers and lists can be written"))
}

/// A document that is written already.
pub fn document_of(json: Vec<u8>) -> Response<Body> {
    of(StatusCode::OK, HeaderValue::from_static("application/json"), json)
}

/// A page without scripts, which nothing can be put into either.
pub fn page(html: String) -> Response<Body> {
    let mut response = of(StatusCode::OK, HeaderValue::from_static("text/html; charset=utf-8"), html);
    let policy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'";
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    response
}

/// What went wrong, as RFC 9457 wants it.
pub fn problem(problem: Problem) -> Response<Body> {
    let (status, headers) = (problem.status(), problem.headers());
    let mut response = of(status, MEDIA_TYPE, problem.document(None).to_string());
    response.headers_mut().extend(headers);
    response
}

/// That an address does not take a method, and what it takes.
pub fn wrong_method(path: &str, method: &http::Method, allowed: &'static str) -> Response<Body> {
    let detail = format!("{path} does not take {method}; the header Allow says what it takes");
    let mut response = problem(Problem::new(Kind::WrongMethod, detail));
    response.headers_mut().insert(ALLOW, HeaderValue::from_static(allowed));
    response
}

fn of(status: StatusCode, media_type: HeaderValue, body: impl Into<Bytes>) -> Response<Body> {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, media_type);
    response
}
