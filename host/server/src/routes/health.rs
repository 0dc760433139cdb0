//! `GET /healthz`: whether the server answers.

use crate::State;
use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(show))
}

#[derive(Serialize, ToSchema)]
struct Health {
    #[schema(example = "ok")]
    status: &'static str,
}

/// Whether the server answers
#[utoipa::path(
    get, path = "/healthz", tag = "health", operation_id = "show_health",
    responses((status = 200, description = "It does", body = Health))
)]
async fn show() -> Json<Health> {
    Json(Health { status: "ok" })
}
