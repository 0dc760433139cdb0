//! `GET /v2/health/live` and `GET /v2/health/ready`: whether the server answers, and whether its models do.

use crate::State;
use axum::routing::get;
use axum::{Json, Router};
use maasm_protocol::open_inference::metadata;
use serde_json::Value;

pub fn routes() -> Router<State> {
    Router::new().route("/v2/health/live", get(live)).route("/v2/health/ready", get(ready))
}

async fn live() -> Json<Value> {
    Json(metadata::live())
}

async fn ready() -> Json<Value> {
    Json(metadata::ready())
}
