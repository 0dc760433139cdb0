//! `/api/v1/models`: which models and versions there are.

use crate::form::File;
use crate::query::{Page, Parameters};
use crate::writing::{IdempotencyKey, Wanted};
use crate::{Kind, Problem, State};
use axum::Json;
use axum::body::Body;
use axum::extract::{self, Path};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, ETAG};
use axum::response::{IntoResponse, Response};
use maasm_registry::{Alias, Deployment, Record};
use semver::Version;
use serde::{Deserialize, Serialize};
use tokio_util::io::ReaderStream;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// For whoever may have models answer.
pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(show_version))
        .routes(routes!(component))
}

/// For whoever may publish.
pub fn publisher_routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(delete))
}

/// Models and their versions.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Models {
    /// All versions of these models.
    pub models: Vec<Record>,
    /// What to give as `after` for those that follow; absent at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// What there is of a model.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ModelDetails {
    /// The model.
    pub name: String,
    /// Its versions, lowest first.
    pub versions: Vec<Record>,
    /// Names that stand for versions.
    pub aliases: Vec<Alias>,
    /// What is live.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployment: Option<Deployment>,
    /// What to give as `after` for the versions that follow; absent at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// List models
///
/// So many models at once, each with all of its versions.
#[utoipa::path(
    get, path = "/api/v1/models", tag = "models", operation_id = "list_models", params(Page),
    responses(
        (status = 200, description = "Models by name, the versions of each lowest first", body = Models),
    )
)]
async fn list(
    extract::State(state): extract::State<State>,
    Parameters(page): Parameters<Page>,
) -> Result<Json<Models>, Problem> {
    let registry = state.service.registry();
    let mut names = registry.models(page.after(), page.limit() + 1)?;
    let next = page.cut(&mut names, Clone::clone);
    let mut models = Vec::new();
    for name in &names {
        models.extend(registry.versions(name, None, usize::MAX)?);
    }
    Ok(Json(Models { models, next }))
}

/// Show a model
#[utoipa::path(
    get, path = "/api/v1/models/{name}", tag = "models", operation_id = "show_model", params(("name" = String, Path), Page),
    responses(
        (status = 200, description = "Its versions, aliases and deployment", body = ModelDetails),
    )
)]
async fn show(
    extract::State(state): extract::State<State>,
    Path(name): Path<String>,
    Parameters(page): Parameters<Page>,
) -> Result<Json<ModelDetails>, Problem> {
    let registry = state.service.registry();
    let after = page.after().map(version).transpose()?;
    let mut versions = registry.versions(&name, after.as_ref(), page.limit() + 1)?;
    let next = page.cut(&mut versions, |record| record.facts.version.to_string());
    let (aliases, deployment) = (registry.aliases(&name)?, registry.live(&name)?);
    Ok(Json(ModelDetails { name, versions, aliases, deployment, next }))
}

/// Show a version
///
/// `version` may be `1.2.0`, `^1`, `latest`, `live` or an alias.
#[utoipa::path(
    get, path = "/api/v1/models/{name}/versions/{version}", tag = "models",
    params(("name" = String, Path), ("version" = String, Path)),
    responses(
        (status = 200, description = "The version", body = Record),
    )
)]
async fn show_version(
    extract::State(state): extract::State<State>,
    Path((name, version)): Path<(String, String)>,
) -> Result<Json<Record>, Problem> {
    Ok(Json(state.service.registry().find(&format!("{name}@{version}").parse()?)?))
}

/// Download a version's component
#[utoipa::path(
    get, path = "/api/v1/models/{name}/versions/{version}/component", tag = "models", operation_id = "download_component",
    params(("name" = String, Path), ("version" = String, Path)),
    responses(
        (status = 200, description = "The component", body = File, content_type = "application/wasm"),
    )
)]
async fn component(
    extract::State(state): extract::State<State>,
    Path((name, version)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let registry = state.service.registry();
    let record = registry.find(&format!("{name}@{version}").parse()?)?;
    let file = tokio::fs::File::open(registry.blobs().path(&record.component)).await.map_err(|error| {
        let told = format!("the component of {name} {version} cannot be read");
        Problem::new(Kind::Unavailable, told).because(format!("{}: {error}", record.component))
    })?;
    let headers = [
        (CONTENT_TYPE, "application/wasm".to_owned()),
        (CONTENT_LENGTH, record.size.to_string()),
        (ETAG, format!("\"{}\"", record.component)),
    ];
    Ok((headers, Body::from_stream(ReaderStream::new(file))).into_response())
}

/// Delete a version
///
/// Its number is never used again. A version that is deployed or has an alias is not deleted.
#[utoipa::path(
    delete, path = "/api/v1/models/{name}/versions/{version}", tag = "models", operation_id = "delete_version",
    params(("name" = String, Path), ("version" = String, Path), IdempotencyKey),
    responses(
        (status = 200, description = "The version, which is deleted now", body = Record),
    )
)]
async fn delete(
    extract::State(state): extract::State<State>,
    Wanted(intent): Wanted,
    Path((name, number)): Path<(String, String)>,
) -> Result<Json<Record>, Problem> {
    let version = version(&number)?;
    Ok(Json(state.blocking(move |service| service.registry().delete(&intent, &name, &version)).await?))
}

fn version(text: &str) -> Result<Version, Problem> {
    let malformed = |error| Problem::new(Kind::BadRequest, format!("{text:?} is not a semantic version: {error}"));
    Version::parse(text).map_err(malformed)
}
