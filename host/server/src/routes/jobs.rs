//! `/api/v1/jobs`: work that takes its time.

use crate::jobs::Work;
use crate::problem;
use crate::query::{Page, Parameters};
use crate::writing::{IdempotencyKey, Wanted};
use crate::{Problem, State};
use axum::Json;
use axum::extract::{self, Path};
use axum::http::StatusCode;
use axum::http::header::{HeaderValue, LOCATION};
use axum::response::{IntoResponse, Response};
use maasm_registry::{Job, JobState};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(show, cancel))
}

/// Jobs.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Jobs {
    /// The newest first.
    pub jobs: Vec<Job>,
    /// What to give as `after` for those that follow; absent at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// What is asked for beside the job.
#[derive(Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Patience {
    /// Answers only when the job has ended.
    pub wait: bool,
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
    get, path = "/api/v1/jobs/{id}", tag = "jobs", operation_id = "show_job", params(("id" = String, Path), Patience),
    responses(
        (status = 200, description = "The job", body = Job),
    )
)]
async fn show(
    extract::State(state): extract::State<State>,
    Path(id): Path<String>,
    Parameters(asked): Parameters<Patience>,
) -> Result<Json<Job>, Problem> {
    let job = match asked.wait {
        true => state.jobs.wait(&id).await?,
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
    let jobs = state.jobs.clone();
    Ok(Json(state.blocking(move |_| jobs.cancel(&intent, &id)).await?))
}

/// The answer to a request that became a job: what came of it, if that is waited for, or where it will be told.
pub(super) async fn answer(state: &State, job: Job, wait: bool) -> Result<Response, Problem> {
    let job = if wait { state.jobs.wait(&job.id).await? } else { job };
    let status = match job.state {
        JobState::Queued | JobState::Running => StatusCode::ACCEPTED,
        JobState::Succeeded => StatusCode::CREATED,
        JobState::Failed | JobState::Cancelled => return Err(problem::of_job(&job)),
    };
    let location = HeaderValue::from_str(&format!("/api/v1/jobs/{}", job.id)).expect("an id is ASCII");
    Ok((status, [(LOCATION, location)], Json(job)).into_response())
}

/// Takes work on that needs no upload, and answers with its job.
pub(super) async fn take_on(
    state: State,
    Wanted(intent): Wanted,
    patience: Patience,
    work: Work,
    asked: impl Serialize + Send + 'static,
) -> Result<Response, Problem> {
    let runner = state.jobs.clone();
    let job = state.blocking(move |_| runner.take_on(&intent, work, &asked)).await?;
    answer(&state, job, patience.wait).await
}
