//! `POST /api/v1/recognize`: what a photograph shows.

use super::call::call;
use crate::engine::Model;
use crate::server::query::{Parameters, TopK};
use crate::server::{Answer, Problem, State};
use axum::extract::{self, Request};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;

pub fn routes() -> Router<State> {
    Router::new().route("/api/v1/recognize", post(recognize))
}

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
#[derive(Default)]
struct Asked {
    model: Option<String>,
    version: Option<String>,
    top_k: TopK,
}

async fn recognize(
    extract::State(state): extract::State<State>,
    Parameters(asked): Parameters<Asked>,
    request: Request,
) -> Result<Response, Problem> {
    let wanted = (asked.model.as_deref(), asked.version.as_deref());
    let work = move |model: &Model, bytes: &[u8]| model.recognize(bytes, asked.top_k.0).map_err(Problem::from);
    call(&state, wanted, request, work, |model, recognition| {
        Json(Answer::new(model.description(), &recognition)).into_response()
    })
    .await
}
