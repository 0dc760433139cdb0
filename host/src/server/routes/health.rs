//! `GET /healthz`: whether the server answers.

use crate::server::State;
use axum::Json;
use serde_json::{Value, json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(show))
}

/// Whether the server answers
#[utoipa::path(
    get, path = "/healthz", tag = "health",
    responses((status = 200, description = "It does", body = Value)), security(())
)]
async fn show() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}
