//! `/api/v1/models/{name}/aliases/{alias}`: names that stand for versions.

use crate::writing::{Document, IdempotencyKey, Wanted};
use crate::{Problem, State};
use axum::Json;
use axum::extract::{self, Path};
use maasm_registry::{Alias, Reference};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(set, remove))
}

/// What an alias is to stand for.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AliasRequest {
    /// The version: `1.2.0`, `^1`, `latest`, `live`, another alias.
    pub version: String,
}

/// Let an alias stand for a version
#[utoipa::path(
    put, path = "/api/v1/models/{name}/aliases/{alias}", tag = "models", operation_id = "set_alias",
    params(("name" = String, Path), ("alias" = String, Path), IdempotencyKey), request_body = AliasRequest,
    responses(
        (status = 200, description = "The alias", body = Alias),
    )
)]
async fn set(
    extract::State(state): extract::State<State>,
    Wanted(intent): Wanted,
    Path((name, alias)): Path<(String, String)>,
    Document(asked): Document<AliasRequest>,
) -> Result<Json<Alias>, Problem> {
    let reference: Reference = format!("{name}@{}", asked.version).parse()?;
    Ok(Json(state.blocking(move |service| service.registry().set_alias(&intent, &alias, &reference)).await?))
}

/// Remove an alias
#[utoipa::path(
    delete, path = "/api/v1/models/{name}/aliases/{alias}", tag = "models", operation_id = "remove_alias",
    params(("name" = String, Path), ("alias" = String, Path), IdempotencyKey),
    responses(
        (status = 200, description = "The alias, which is gone now", body = Alias),
    )
)]
async fn remove(
    extract::State(state): extract::State<State>,
    Wanted(intent): Wanted,
    Path((name, alias)): Path<(String, String)>,
) -> Result<Json<Alias>, Problem> {
    Ok(Json(state.blocking(move |service| service.registry().remove_alias(&intent, &name, &alias)).await?))
}
