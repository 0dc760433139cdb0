//! `POST /api/v1/recognize`: what a photograph shows.

use crate::server::query::{Parameters, TopK};
use crate::server::trace::AnsweredBy;
use crate::server::{Answer, Problem, State};
use axum::extract::{self, Request};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Extension, Json, Router};
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
    let model = state.catalog.find(asked.model.as_deref(), asked.version.as_deref())?.clone();
    let upload = state.uploads.receive(request).await?;
    let description = model.description();
    let by = AnsweredBy { model: description.name.clone(), version: description.version.clone() };
    let called = model.clone();
    let outcome = state.workers.run(move || called.recognize(&upload.bytes, asked.top_k.0)).await?;
    // Failures of the model are logged under its name too.
    let answer = match outcome {
        Ok(recognition) => Json(Answer::new(model.description(), &recognition)).into_response(),
        Err(error) => Problem::from(error).into_response(),
    };
    Ok((Extension(by), answer).into_response())
}
