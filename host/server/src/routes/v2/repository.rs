//! `POST /v2/repository/index`: which models there are, in the words of Triton's
//! [repository extension](https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_model_repository.md).

use super::lookup;
use crate::{Problem, State};
use axum::extract;
use axum::routing::post;
use axum::{Json, Router};
use maasm_protocol::open_inference::metadata;
use maasm_registry::Record;
use serde_json::Value;

pub fn routes() -> Router<State> {
    Router::new().route("/v2/repository/index", post(index))
}

/// The body may ask for the models that are ready; what is not is in quarantine.
async fn index(extract::State(state): extract::State<State>) -> Result<Json<Value>, Problem> {
    let entry = |record: Record| {
        metadata::entry(&record.facts.name, &record.facts.version.to_string(), record.quarantined.as_deref())
    };
    Ok(Json(lookup::all(&state)?.into_iter().map(entry).collect()))
}
