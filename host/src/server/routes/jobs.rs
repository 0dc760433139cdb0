//! `/api/v1/jobs`: work that takes its time.

use crate::registry::Job;
use crate::server::query::{Page, Parameters};
use crate::server::writing::{IdempotencyKey, Wanted};
use crate::server::{Problem, State};
use axum::Json;
use axum::extract::{self, Path};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(show, cancel))
}

#[derive(Serialize, ToSchema)]
struct Jobs {
    /// The newest first.
    jobs: Vec<Job>,
    /// What to give as `after` for those that follow; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

#[derive(Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// Answers only when the job has ended.
    wait: bool,
}

/// List jobs
#[utoipa::path(
    get, path = "/api/v1/jobs", tag = "jobs", operation_id = "list_jobs", params(Page),
    responses(
        (status = 200, description = "The jobs, newest first", body = Jobs),
    )
)]
async fn list(
    extract::State(state): extract::State<State>,
    Parameters(page): Parameters<Page>,
) -> Result<Json<Jobs>, Problem> {
    let mut jobs = state.service.registry().jobs(page.after(), page.limit() + 1)?;
    let next = page.cut(&mut jobs, |job| job.id.clone());
    Ok(Json(Jobs { jobs, next }))
}

/// Show a job
#[utoipa::path(
    get, path = "/api/v1/jobs/{id}", tag = "jobs", operation_id = "show_job", params(("id" = String, Path), Asked),
    responses(
        (status = 200, description = "The job", body = Job),
    )
)]
async fn show(
    extract::State(state): extract::State<State>,
    Path(id): Path<String>,
    Parameters(asked): Parameters<Asked>,
) -> Result<Json<Job>, Problem> {
    let job = match asked.wait {
        true => state.publishing.wait(&id).await?,
        false => state.service.registry().job(&id)?,
    };
    Ok(Json(job))
}

/// Call a job off
#[utoipa::path(
    delete, path = "/api/v1/jobs/{id}", tag = "jobs", operation_id = "cancel_job", params(("id" = String, Path), IdempotencyKey),
    responses(
        (status = 200, description = "The job, which is cancelled now", body = Job),
    )
)]
async fn cancel(
    extract::State(state): extract::State<State>,
    Wanted(intent): Wanted,
    Path(id): Path<String>,
) -> Result<Json<Job>, Problem> {
    let publishing = state.publishing.clone();
    Ok(Json(state.blocking(move |_| publishing.cancel(&intent, &id)).await?))
}
