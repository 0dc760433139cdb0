//! `GET /v2`: what the server is.

use crate::State;
use axum::routing::get;
use axum::{Json, Router};
use maasm_protocol::open_inference::metadata;
use serde_json::Value;

pub fn routes() -> Router<State> {
    // The protocol's text and its OpenAPI document differ in the slash.
    Router::new().route("/v2", get(show)).route("/v2/", get(show))
}

async fn show() -> Json<Value> {
    Json(metadata::server())
}
