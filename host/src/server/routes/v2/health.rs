//! `GET /v2/health/live` and `GET /v2/health/ready`: whether the server answers, and whether its models do.

use crate::server::State;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

pub fn routes() -> Router<State> {
    Router::new().route("/v2/health/live", get(live)).route("/v2/health/ready", get(ready))
}

async fn live() -> Json<Value> {
    Json(json!({ "live": true }))
}

/// Models are loaded when they are asked for: a server that answers is ready.
async fn ready() -> Json<Value> {
    Json(json!({ "ready": true }))
}
