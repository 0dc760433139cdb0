//! `GET /v2`: what the server is.

use crate::server::State;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

/// What is understood beside the protocol itself.
const EXTENSIONS: [&str; 1] = ["binary_tensor_data"];

pub fn routes() -> Router<State> {
    // The protocol's text and its OpenAPI document differ in the slash.
    Router::new().route("/v2", get(show)).route("/v2/", get(show))
}

async fn show() -> Json<Value> {
    Json(json!({ "name": "maasm", "version": env!("CARGO_PKG_VERSION"), "extensions": EXTENSIONS }))
}
