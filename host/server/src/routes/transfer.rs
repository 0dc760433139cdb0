//! `POST /api/v1/push` and `/api/v1/pull`: versions go to other registries and come from there.

use super::jobs::{self, Patience};
use crate::access::Principal;
use crate::jobs::Work;
use crate::query::Parameters;
use crate::writing::{Document, IdempotencyKey, Wanted};
use crate::{Problem, PullRequest, PushRequest, State};
use axum::response::Response;
use axum::{Extension, extract};
use maasm_registry::{Job, Role};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(push)).routes(routes!(pull))
}

/// Push a version to an OCI registry
///
/// The answer is a job.
#[utoipa::path(
    post, path = "/api/v1/push", tag = "models", operation_id = "push_version", params(Patience, IdempotencyKey),
    request_body = PushRequest,
    responses(
        (status = 201, description = "With `wait`: the version is there", body = Job),
        (status = 202, description = "The job is taken on; `Location` is where it is told", body = Job),
    )
)]
async fn push(
    extract::State(state): extract::State<State>,
    wanted: Wanted,
    Parameters(patience): Parameters<Patience>,
    Document(asked): Document<PushRequest>,
) -> Result<Response, Problem> {
    // A version that is not there is told at once.
    let (version, _) = asked.parse()?;
    state.service.registry().find(&version)?;
    jobs::take_on(state, wanted, patience, Work::Push, asked).await
}

/// Pull a version from an OCI registry
///
/// It is published under the name and version that it gives itself. The answer is a job.
#[utoipa::path(
    post, path = "/api/v1/pull", tag = "models", operation_id = "pull_version", params(Patience, IdempotencyKey),
    request_body = PullRequest,
    responses(
        (status = 201, description = "With `wait`: the version is here", body = Job),
        (status = 202, description = "The job is taken on; `Location` is where it is told", body = Job),
    )
)]
async fn pull(
    extract::State(state): extract::State<State>,
    wanted: Wanted,
    Extension(principal): Extension<Principal>,
    Parameters(patience): Parameters<Patience>,
    Document(asked): Document<PullRequest>,
) -> Result<Response, Problem> {
    asked.parse()?;
    if asked.deploy {
        principal.demand(Role::Deploy)?;
    }
    jobs::take_on(state, wanted, patience, Work::Pull, asked).await
}
