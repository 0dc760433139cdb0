//! `POST /api/v1/infer`: a picture or tensors in, all outputs as tensors out.

use super::call::call;
use crate::engine::{CallError, Model, Tensor};
use crate::server::query::Parameters;
use crate::server::{Kind, Problem, State};
use crate::tensors::json::{self, Written};
use axum::Router;
use axum::extract::{self, Request};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde::{Deserialize, Serialize};

pub fn routes() -> Router<State> {
    Router::new().route("/api/v1/infer", post(infer))
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Asked {
    model: Option<String>,
    version: Option<String>,
}

#[derive(Serialize)]
struct Answer<'a> {
    model: &'a str,
    version: &'a str,
    outputs: Vec<Written<'a>>,
}

async fn infer(
    extract::State(state): extract::State<State>,
    Parameters(asked): Parameters<Asked>,
    request: Request,
) -> Result<Response, Problem> {
    let wanted = (asked.model.as_deref(), asked.version.as_deref());
    // Reading and writing megabytes of numbers takes its time, too: it is part of the work.
    call(&state, wanted, request, answer, |_, json| ([(CONTENT_TYPE, "application/json")], json).into_response()).await
}

fn answer(model: &Model, body: &[u8]) -> Result<Vec<u8>, Problem> {
    let outputs: Result<Vec<Tensor>, CallError> = match is_json(body) {
        true => model.infer(&json::read(body).map_err(|why| Problem::new(Kind::BadTensor, why))?),
        false => model.infer_media(body),
    };
    let (outputs, description) = (outputs?, model.description());
    let outputs = outputs.iter().map(Written::from).collect();
    let answer = Answer { model: &description.name, version: &description.version, outputs };
    Ok(serde_json::to_vec(&answer).expect("names, numbers and lists can be written"))
}

/// No picture begins as JSON does.
fn is_json(body: &[u8]) -> bool {
    body.trim_ascii_start().first() == Some(&b'{')
}
