//! `POST /v2/repository/index`: which models there are, in the words of Triton's
//! [repository extension](https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_model_repository.md).

use super::lookup;
use crate::registry::Record;
use crate::server::{Problem, State};
use axum::extract;
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};

pub fn routes() -> Router<State> {
    Router::new().route("/v2/repository/index", post(index))
}

/// The body may ask for the models that are ready; what is not is in quarantine.
async fn index(extract::State(state): extract::State<State>) -> Result<Json<Value>, Problem> {
    let entry = |record: Record| {
        let state = if record.quarantined.is_none() { "READY" } else { "UNAVAILABLE" };
        let (name, version) = (record.facts.name, record.facts.version);
        json!({ "name": name, "version": version, "state": state, "reason": record.quarantined.unwrap_or_default() })
    };
    Ok(Json(lookup::all(&state)?.into_iter().map(entry).collect()))
}
