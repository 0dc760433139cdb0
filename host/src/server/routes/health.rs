//! `GET /healthz`: whether the server answers.

use crate::server::State;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

pub fn routes() -> Router<State> {
    Router::new().route("/healthz", get(show))
}

async fn show() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}
