//! CORS: what pages of other sites that may use the server need to be told by it, so that browsers let them
//! (<https://fetch.spec.whatwg.org/#http-cors-protocol>).
//!
//! Keys go in `Authorization`, which a page sets itself; there are no cookies, so nothing is said of credentials.

use axum::body::Body;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::Response;

/// Every method that some route takes.
const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, POST, PUT, DELETE");
/// The headers of answers that pages may read, beside those that they always may.
const EXPOSED: HeaderValue = HeaderValue::from_static(
    "X-Request-Id, Location, ETag, Retry-After, Allow, WWW-Authenticate, Inference-Header-Content-Length",
);
/// The time for which a browser need not ask again, in seconds.
const MAX_AGE: HeaderValue = HeaderValue::from_static("600");

/// Recognises a preflight: a browser asks beforehand for what its page wants to send.
pub fn is_preflight(method: &Method, headers: &HeaderMap) -> bool {
    method == Method::OPTIONS && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

/// The answer to that. Any header may come: a deployment may be sticky by one of any name.
pub fn preflight(headers: &HeaderMap) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let told = response.headers_mut();
    told.insert(ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    if let Some(wanted) = headers.get(ACCESS_CONTROL_REQUEST_HEADERS) {
        told.insert(ACCESS_CONTROL_ALLOW_HEADERS, wanted.clone());
    }
    told.insert(ACCESS_CONTROL_MAX_AGE, MAX_AGE);
    told.append(VARY, ACCESS_CONTROL_REQUEST_HEADERS.into());
    response
}

/// Lets a page of this origin read an answer.
pub fn allow(response: &mut Response, origin: HeaderValue) {
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
}

/// Says that the answer would be another one for another origin.
pub fn varies(response: &mut Response) {
    response.headers_mut().append(VARY, ORIGIN.into());
}
