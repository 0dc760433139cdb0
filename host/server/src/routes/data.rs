//! `/api/v1/data`: data sets, kept as they were when they were added.

use crate::form::File;
use crate::jobs::uploaded;
use crate::query::{Page, Parameters};
use crate::writing::{IdempotencyKey, Wanted};
use crate::{Kind, Problem, State};
use axum::Json;
use axum::extract::{self, Path, Request};
use axum::http::StatusCode;
use maasm_registry::DataSet;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(add, show, remove))
}

/// Data sets.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DataSets {
    /// By name.
    pub data: Vec<DataSet>,
    /// What to give as `after` for those that follow; absent at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// List data sets
#[utoipa::path(
    get, path = "/api/v1/data", tag = "evaluations", operation_id = "list_data", params(Page),
    responses(
        (status = 200, description = "Data sets by name", body = DataSets),
    )
)]
async fn list(
    extract::State(state): extract::State<State>,
    Parameters(page): Parameters<Page>,
) -> Result<Json<DataSets>, Problem> {
    let mut data = state.service.registry().all_data(page.after(), page.limit() + 1)?;
    let next = page.cut(&mut data, |set| set.name.clone());
    Ok(Json(DataSets { data, next }))
}

/// Show a data set
#[utoipa::path(
    get, path = "/api/v1/data/{name}", tag = "evaluations", operation_id = "show_data", params(("name" = String, Path)),
    responses(
        (status = 200, description = "The data set", body = DataSet),
    )
)]
async fn show(
    extract::State(state): extract::State<State>,
    Path(name): Path<String>,
) -> Result<Json<DataSet>, Problem> {
    Ok(Json(state.service.registry().data(&name)?))
}

/// Add a data set
///
/// The body is a tar archive (also compressed by gzip) or a zip archive of a folder for each class, or of files and a table
/// `manifest.csv` or `manifest.jsonl`. Data never changes: the same once more is the same, and other data needs another
/// name.
#[utoipa::path(
    put, path = "/api/v1/data/{name}", tag = "evaluations", operation_id = "add_data",
    params(("name" = String, Path), IdempotencyKey),
    request_body(content = File, content_type = "application/octet-stream"),
    responses(
        (status = 201, description = "The data set is there", body = DataSet),
    )
)]
async fn add(
    extract::State(state): extract::State<State>,
    Wanted(mut intent): Wanted,
    Path(name): Path<String>,
    request: Request,
) -> Result<(StatusCode, Json<DataSet>), Problem> {
    maasm_registry::check_name(&name)?;
    let mut spool = state.jobs.data_spool()?;
    let size = spool.receive("data", request.into_body().into_data_stream()).await?;
    if size == 0 {
        return Err(Problem::new(Kind::EmptyUpload, "there is no body; send a tar or zip archive of labelled samples"));
    }
    let spooled = spool.finish().await?;
    intent.concerns(&spooled.digest);
    let limits = state.jobs.data_limits();
    let added = state.blocking(move |service| -> Result<DataSet, Problem> {
        let data = uploaded(&spooled.path("data"), &name, &limits)?;
        let lock = service.lock()?;
        let set = service.registry().add_data(&intent, &name, &data, &lock)?;
        Ok(set)
    });
    Ok((StatusCode::CREATED, Json(added.await?)))
}

/// Remove a data set
///
/// Reports about it stay.
#[utoipa::path(
    delete, path = "/api/v1/data/{name}", tag = "evaluations", operation_id = "remove_data",
    params(("name" = String, Path), IdempotencyKey),
    responses(
        (status = 200, description = "The data set, which is removed now", body = DataSet),
    )
)]
async fn remove(
    extract::State(state): extract::State<State>,
    Wanted(intent): Wanted,
    Path(name): Path<String>,
) -> Result<Json<DataSet>, Problem> {
    Ok(Json(state.blocking(move |service| service.registry().remove_data(&intent, &name)).await?))
}
