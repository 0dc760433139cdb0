//! `POST /api/v1/optimize` and `/api/v1/tune`: a version becomes another one.

use super::jobs::{self, Patience};
use crate::jobs::{OptimizeRequest, TuneRequest, Work};
use crate::query::Parameters;
use crate::writing::{Document, IdempotencyKey, Wanted};
use crate::{Problem, State};
use axum::extract;
use axum::response::Response;
use maasm_registry::Job;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(optimize)).routes(routes!(tune))
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
    wanted: Wanted,
    Parameters(patience): Parameters<Patience>,
    Document(asked): Document<OptimizeRequest>,
) -> Result<Response, Problem> {
    let asked = state.blocking(move |service| asked.check(service).map(|_| asked)).await?;
    jobs::take_on(state, wanted, patience, Work::Optimize, asked).await
}

/// Fit a classifier to other labels
///
/// The network stays as it is but for its last layer, which is fitted to the data set's classes by logistic regression; what
/// comes of it is a new version, evaluated on data that it was not fitted to. The answer is a job.
#[utoipa::path(
    post, path = "/api/v1/tune", tag = "models", operation_id = "tune_version", params(Patience, IdempotencyKey),
    request_body = TuneRequest,
    responses(
        (status = 201, description = "With `wait`: the version is there", body = Job),
        (status = 202, description = "The job is taken on; `Location` is where it is told", body = Job),
    )
)]
async fn tune(
    extract::State(state): extract::State<State>,
    wanted: Wanted,
    Parameters(patience): Parameters<Patience>,
    Document(asked): Document<TuneRequest>,
) -> Result<Response, Problem> {
    let asked = state.blocking(move |service| asked.check(service).map(|_| asked)).await?;
    jobs::take_on(state, wanted, patience, Work::Tune, asked).await
}
