//! What there is at which address.

use crate::answer::{self, Body};
use crate::{card, evaluate, infer, open_inference, recognize};
use bytes::Bytes;
use http::request::Parts;
use http::{Method, Response};
use maasm_protocol::open_inference::{metadata, speaks_at};
use maasm_protocol::{Kind, Problem};
use serde_json::json;

/// The answer to a request whose body is, or could not be, received.
pub fn answer(parts: &Parts, body: Result<Bytes, Problem>) -> Response<Body> {
    let path = parts.uri.path();
    let answered = body.and_then(|body| route(parts, path, body));
    answered
        .unwrap_or_else(|problem| answer::problem(if speaks_at(path) { problem.for_open_inference() } else { problem }))
}

fn route(parts: &Parts, path: &str, body: Bytes) -> Result<Response<Body>, Problem> {
    let segments: Vec<String> = path.trim_start_matches('/').split('/').map(decoded).collect();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let (get, post) = (is_get(&parts.method), parts.method == Method::POST);
    match segments[..] {
        [""] if get => Ok(card::show()),
        ["healthz"] if get => Ok(answer::json(&json!({ "status": "ok" }))),
        ["api", "v1", "recognize"] if post => recognize::recognize(parts, body),
        ["api", "v1", "infer"] if post => infer::infer(parts, body),
        ["api", "v1", "evaluate"] if post => evaluate::evaluate(parts, body),
        ["v2"] | ["v2", ""] if get => Ok(answer::json(&metadata::server())),
        ["v2", "health", "live"] if get => Ok(answer::json(&metadata::live())),
        ["v2", "health", "ready"] if get => Ok(answer::json(&metadata::ready())),
        ["v2", "repository", "index"] if post => Ok(open_inference::index()),
        ["v2", "models", name] if get => open_inference::show(name, None),
        ["v2", "models", name, "versions", version] if get => open_inference::show(name, Some(version)),
        ["v2", "models", name, "ready"] if get => open_inference::ready(name, None),
        ["v2", "models", name, "versions", version, "ready"] if get => open_inference::ready(name, Some(version)),
        ["v2", "models", name, "infer"] if post => open_inference::infer(parts, name, None, &body),
        ["v2", "models", name, "versions", version, "infer"] if post => {
            open_inference::infer(parts, name, Some(version), &body)
        }
        // What is there, but for another method.
        ["api", "v1", "recognize" | "infer" | "evaluate"]
        | ["v2", "repository", "index"]
        | ["v2", "models", _, "infer"]
        | ["v2", "models", _, "versions", _, "infer"] => Ok(answer::wrong_method(path, &parts.method, "POST")),
        [""]
        | ["healthz"]
        | ["v2"]
        | ["v2", ""]
        | ["v2", "health", "live" | "ready"]
        | ["v2", "models", _]
        | ["v2", "models", _, "ready"]
        | ["v2", "models", _, "versions", _]
        | ["v2", "models", _, "versions", _, "ready"] => Ok(answer::wrong_method(path, &parts.method, "GET,HEAD")),
        _ => Err(Problem::new(Kind::NoSuchRoute, format!("there is nothing at {path}; GET / tells what there is"))),
    }
}

/// Hosts send no body in the answer to HEAD.
fn is_get(method: &Method) -> bool {
    *method == Method::GET || *method == Method::HEAD
}

/// A segment of a path without its escapes.
fn decoded(segment: &str) -> String {
    percent_encoding::percent_decode_str(segment).decode_utf8_lossy().into_owned()
}
