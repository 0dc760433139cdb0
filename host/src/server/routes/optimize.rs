//! `POST /api/v1/optimize`: a version becomes a smaller or faster one.

use super::jobs::{self, Patience};
use crate::registry::Job;
use crate::server::jobs::{OptimizeRequest, Work};
use crate::server::query::Parameters;
use crate::server::writing::{Document, IdempotencyKey, Wanted};
use crate::server::{Problem, State};
use axum::extract;
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(optimize))
}

/// Make a smaller or faster version
///
/// The version itself stays as it is: what comes of it is a new version, evaluated and timed beside it. Data sets are added
/// by `POST /api/v1/data` before. The answer is a job.
#[utoipa::path(
    post, path = "/api/v1/optimize", tag = "models", operation_id = "optimize_version",
    params(Patience, IdempotencyKey), request_body = OptimizeRequest,
    responses(
        (status = 201, description = "With `wait`: the version is there", body = Job),
        (status = 202, description = "The job is taken on; `Location` is where it is told", body = Job),
    )
)]
async fn optimize(
    extract::State(state): extract::State<State>,
    Wanted(intent): Wanted,
    Parameters(patience): Parameters<Patience>,
    Document(asked): Document<OptimizeRequest>,
) -> Result<Response, Problem> {
    let runner = state.jobs.clone();
    let take_on = move |service: &_| {
        asked.check(service)?;
        Ok::<_, Problem>(runner.take_on(&intent, Work::Optimize, &asked)?)
    };
    let job = state.blocking(take_on).await?;
    jobs::answer(&state, job, patience.wait).await
}
