//! `POST /v2/repository/index`: which models there are, in the words of Triton's
//! [repository extension](https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_model_repository.md).

use super::lookup;
use crate::server::State;
use axum::extract;
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};

pub fn routes() -> Router<State> {
    Router::new().route("/v2/repository/index", post(index))
}

/// The body may ask for the models that are ready; all are.
async fn index(extract::State(state): extract::State<State>) -> Json<Value> {
    let entry = |(name, version)| json!({ "name": name, "version": version, "state": "READY", "reason": "" });
    Json(lookup::all(&state).into_iter().map(entry).collect())
}
