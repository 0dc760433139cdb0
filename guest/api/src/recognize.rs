//! `POST /api/v1/recognize`: what a photograph shows.

use crate::answer::{self, Body};
use crate::{asked, model, upload};
use bytes::Bytes;
use http::Response;
use http::request::Parts;
use maasm_protocol::Problem;
use maasm_protocol::query::{self, TopK};
use maasm_protocol::recognition::Answer;
use serde::Deserialize;

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Asked {
    model: Option<String>,
    version: Option<String>,
    top_k: TopK,
}

pub fn recognize(parts: &Parts, body: Bytes) -> Result<Response<Body>, Problem> {
    let asked: Asked = query::parse(parts.uri.query().unwrap_or_default())?;
    let description = model::describe();
    asked::check(&description, asked.model.as_deref(), asked.version.as_deref())?;
    let recognition = model::recognize(&upload::file(parts, body)?, asked.top_k.0)?;
    Ok(answer::json(&Answer::new(&description, &recognition)))
}
