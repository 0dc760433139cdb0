//! `/api/v1/keys`, `/api/v1/audit`, `/api/v1/gc`, `/api/v1/fsck`: what administrators do.

use crate::query::{Page, Parameters};
use crate::writing::{Document, IdempotencyKey, Wanted};
use crate::{Kind, Problem, State};
use axum::Json;
use axum::extract::{self, Path};
use axum::http::StatusCode;
use maasm_registry::{Collected, Entry, Findings, Grant, Key, NewKey, Retention};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(keys, create_key))
        .routes(routes!(revoke_key))
        .routes(routes!(audit))
        .routes(routes!(collect_garbage))
        .routes(routes!(check))
}

/// Keys.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Keys {
    /// The oldest first.
    pub keys: Vec<Key>,
}

/// Changes.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Audit {
    /// The newest first.
    pub entries: Vec<Entry>,
    /// What to give as `after` for those that follow; absent at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// How to check.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CheckRequest {
    /// Mends what can be mended.
    pub repair: bool,
}

/// List keys
#[utoipa::path(
    get, path = "/api/v1/keys", tag = "administration", operation_id = "list_keys",
    responses(
        (status = 200, description = "The keys, without their secrets", body = Keys),
    )
)]
async fn keys(extract::State(state): extract::State<State>) -> Result<Json<Keys>, Problem> {
    Ok(Json(Keys { keys: state.service.registry().keys()? }))
}

/// Create a key
#[utoipa::path(
    post, path = "/api/v1/keys", tag = "administration", request_body = Grant,
    responses(
        (status = 201, description = "The key, with its secret, which is told this once", body = NewKey),
    )
)]
async fn create_key(
    extract::State(state): extract::State<State>,
    Wanted(intent): Wanted,
    Document(grant): Document<Grant>,
) -> Result<(StatusCode, Json<NewKey>), Problem> {
    let key = state.blocking(move |service| service.registry().create_key(&intent, &grant)).await?;
    Ok((StatusCode::CREATED, Json(key)))
}

/// Revoke a key
#[utoipa::path(
    delete, path = "/api/v1/keys/{id}", tag = "administration", params(("id" = String, Path), IdempotencyKey),
    responses(
        (status = 200, description = "The key, which opens nothing any more", body = Key),
    )
)]
async fn revoke_key(
    extract::State(state): extract::State<State>,
    Wanted(intent): Wanted,
    Path(id): Path<String>,
) -> Result<Json<Key>, Problem> {
    Ok(Json(state.blocking(move |service| service.registry().revoke_key(&intent, &id)).await?))
}

/// Read the audit log
#[utoipa::path(
    get, path = "/api/v1/audit", tag = "administration", operation_id = "read_audit_log", params(Page),
    responses(
        (status = 200, description = "Every change, newest first", body = Audit),
    )
)]
async fn audit(
    extract::State(state): extract::State<State>,
    Parameters(page): Parameters<Page>,
) -> Result<Json<Audit>, Problem> {
    let malformed =
        |_| Problem::new(Kind::BadParameter, "`after` must be a number that an earlier answer gave as `next`");
    let before = page.after().map(str::parse).transpose().map_err(malformed)?;
    let mut entries = state.service.registry().audit(before, page.limit() + 1)?;
    let next = page.cut(&mut entries, |entry| entry.sequence.to_string());
    Ok(Json(Audit { entries, next }))
}

/// Remove what nothing needs any more
#[utoipa::path(
    post, path = "/api/v1/gc", tag = "administration", params(IdempotencyKey), request_body = Option<Retention>,
    responses(
        (status = 200, description = "What was removed", body = Collected),
    )
)]
async fn collect_garbage(
    extract::State(state): extract::State<State>,
    Wanted(intent): Wanted,
    Document(retention): Document<Retention>,
) -> Result<Json<Collected>, Problem> {
    Ok(Json(state.blocking(move |service| service.registry().collect_garbage(&intent, &retention)).await?))
}

/// Check everything against its digest
#[utoipa::path(
    post, path = "/api/v1/fsck", tag = "administration", operation_id = "check_integrity",
    request_body = Option<CheckRequest>,
    responses(
        (status = 200, description = "What was found", body = Findings),
    )
)]
async fn check(
    extract::State(state): extract::State<State>,
    Wanted(intent): Wanted,
    Document(asked): Document<CheckRequest>,
) -> Result<Json<Findings>, Problem> {
    Ok(Json(state.blocking(move |service| service.check(&intent, asked.repair)).await?))
}
