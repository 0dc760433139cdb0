//! Content types of documents that change something.
//!
//! A browser sends some content types for any page without asking the server first ("simple requests",
//! <https://fetch.spec.whatwg.org/#cors-safelisted-request-header>). A document of such a type is not taken, so that
//! whatever a page sends here was asked for before, even by a browser that says neither `Origin` nor `Sec-Fetch-Site`.
//! What comes from no page may leave the type to its tool: `curl -d '{…}'` calls its body a form.

use super::SEC_FETCH_SITE;
use crate::{Kind, Problem};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_TYPE, ORIGIN};

/// Refuses a document that a page may have sent unasked.
///
/// # Errors
/// If it is of a type that browsers send without asking.
pub fn check(headers: &HeaderMap) -> Result<(), Problem> {
    let of_page = headers.contains_key(ORIGIN) || headers.contains_key(SEC_FETCH_SITE);
    match essence(headers).as_deref() {
        // `fetch` and forms send these; no tool does so of its own accord.
        Some(sent @ ("text/plain" | "multipart/form-data")) => Err(refused(sent)),
        Some(sent @ "application/x-www-form-urlencoded") if of_page => Err(refused(sent)),
        None if of_page => Err(refused("nothing")),
        _ => Ok(()),
    }
}

/// Refuses an upload that a page may have sent as text unasked. Files have many types, and forms carry them.
///
/// # Errors
/// If it is sent as plain text.
pub fn check_upload(headers: &HeaderMap) -> Result<(), Problem> {
    match essence(headers).as_deref() {
        Some(sent @ "text/plain") => Err(refused(sent)),
        _ => Ok(()),
    }
}

/// The type in lower case, without its parameters.
fn essence(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(CONTENT_TYPE)?.as_bytes();
    let essence = value.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
    Some(String::from_utf8_lossy(essence).to_ascii_lowercase())
}

fn refused(sent: &str) -> Problem {
    let detail = format!("the document is sent as {sent}; send it with `Content-Type: application/json`");
    Problem::new(Kind::UnsupportedMedia, detail)
}
