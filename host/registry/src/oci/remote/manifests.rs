//! Manifests there and back.

use super::super::manifest::MAX_SIZE;
use super::super::media_type;
use super::super::reference::Selector;
use super::error::Error;
use super::session::Session;
use crate::digest::Digest;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap};
use reqwest::{Method, StatusCode};

const DIGEST: &str = "docker-content-digest";

/// Fetches a manifest, or a list of manifests; nothing if it is not there.
///
/// # Errors
/// If it cannot be had, is too large, or is not what was asked for.
pub async fn get(session: &Session, selector: &Selector) -> Result<Option<Vec<u8>>, Error> {
    let what = format!("to give manifest {selector}");
    let accept = [media_type::MANIFEST, media_type::INDEX, media_type::DOCKER_MANIFEST].join(", ");
    let ask = |request: reqwest::RequestBuilder| request.header(ACCEPT, &accept);
    let response = session.send(Method::GET, session.url(&format!("manifests/{selector}")), &what, ask).await?;
    if response.status() == StatusCode::NOT_FOUND {
        return Ok(None);
    }
    if response.status() != StatusCode::OK {
        return Err(session.refused(response, &what).await);
    }
    let promised = digest_header(response.headers());
    let bytes = session.body(response, MAX_SIZE, &format!("manifest {selector}")).await?;
    let expected = match selector {
        Selector::Digest(digest) => Some(*digest),
        Selector::Tag(_) => promised,
    };
    check(session, expected, Digest::of(&bytes))?;
    Ok(Some(bytes))
}

/// Sends a manifest, or a list of manifests. Says whether the registry itself notes to what it is attached.
///
/// # Errors
/// If the registry does not take it, or takes it for another.
pub async fn put(session: &Session, selector: &Selector, media_type: &str, bytes: &[u8]) -> Result<bool, Error> {
    let what = format!("to take manifest {selector}");
    let ask = |request: reqwest::RequestBuilder| request.header(CONTENT_TYPE, media_type).body(bytes.to_vec());
    let response = session.send(Method::PUT, session.url(&format!("manifests/{selector}")), &what, ask).await?;
    if response.status() != StatusCode::CREATED {
        return Err(session.refused(response, &what).await);
    }
    if let Some(actual) = digest_header(response.headers()) {
        check(session, Some(Digest::of(bytes)), actual)?;
    }
    Ok(response.headers().contains_key("oci-subject"))
}

fn digest_header(headers: &HeaderMap) -> Option<Digest> {
    headers.get(DIGEST)?.to_str().ok()?.parse().ok()
}

fn check(session: &Session, expected: Option<Digest>, actual: Digest) -> Result<(), Error> {
    match expected {
        Some(expected) if expected != actual => {
            Err(Error::WrongDigest { reference: session.reference.to_string(), expected, actual })
        }
        _ => Ok(()),
    }
}
