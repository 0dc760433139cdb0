//! The resources.

mod administration;
mod aliases;
mod call;
mod data;
mod deployments;
mod description;
mod evaluations;
mod health;
mod infer;
mod jobs;
mod model;
mod models;
mod optimize;
mod recognize;
mod transfer;
mod usage;
mod v2;

pub use administration::{Audit, CheckRequest, Keys};
pub use aliases::AliasRequest;
pub use data::DataSets;
pub use deployments::{DeployRequest, DeploymentDetails, Deployments, RollbackRequest};
pub use evaluations::Evaluations;
pub use jobs::Jobs;
pub use models::{ModelDetails, Models};

use super::access::Principal;
use super::{Kind, Problem, State, access, problem, sites, trace};
use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::{Extension, Router};
use maasm_registry::Role;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

/// The resources that need a key of this role.
fn protected(role: Role) -> OpenApiRouter<State> {
    let router = OpenApiRouter::new();
    match role {
        Role::Infer => router
            .merge(recognize::routes())
            .merge(infer::routes())
            .merge(models::routes())
            .merge(evaluations::routes())
            .merge(deployments::routes()),
        Role::Publish => router
            .merge(model::routes())
            .merge(transfer::routes())
            .merge(jobs::routes())
            .merge(evaluations::publisher_routes())
            .merge(optimize::routes())
            .merge(data::routes())
            .merge(models::publisher_routes()),
        Role::Deploy => router.merge(deployments::deployer_routes()).merge(aliases::routes()),
        Role::Admin => router.merge(administration::routes()),
    }
}

const ROLES: [Role; 4] = [Role::Infer, Role::Publish, Role::Deploy, Role::Admin];

/// The description of all resources: OpenAPI 3.1.
pub fn document() -> OpenApi {
    let mut document = description::frame();
    document.merge(description::finish(health::routes().into_openapi(), None));
    for role in ROLES {
        document.merge(description::finish(protected(role).into_openapi(), Some(role)));
    }
    document
}

/// All routes, behind all that every request goes through.
pub fn router(state: State) -> Router {
    let require = |role| {
        from_fn_with_state(state.clone(), move |state, request, next| access::require(role, state, request, next))
    };
    let mut router = Router::from(health::routes())
        .merge(usage::routes())
        .merge(description::routes(&document()))
        .merge(v2::open_routes())
        .merge(v2::routes().route_layer(require(Role::Infer)));
    for role in ROLES {
        router = router.merge(Router::from(protected(role)).route_layer(require(role)));
    }
    router
        .fallback(no_such_route)
        .method_not_allowed_fallback(wrong_method)
        .layer(CatchPanicLayer::custom(problem::from_panic))
        // Bodies have their own limit, in `upload`.
        .layer(DefaultBodyLimit::disable())
        // Before anything is asked for or done, whatever the route.
        .layer(from_fn_with_state(state.clone(), sites::guard))
        .layer(from_fn_with_state(state.clone(), problem::finish))
        .layer(from_fn(trace::trace))
        .with_state(state)
}

/// The resources for the one whose data folder it is, in this process: no key is asked for, and a [`Problem`] is left in
/// its response's extensions.
pub fn local_router(state: State) -> Router {
    let resources = ROLES.into_iter().fold(OpenApiRouter::new(), |router, role| router.merge(protected(role)));
    Router::from(resources).layer(Extension(Principal::local())).with_state(state)
}

async fn no_such_route(request: Request) -> Problem {
    Problem::new(Kind::NoSuchRoute, format!("there is nothing at {}; GET / tells what there is", request.uri().path()))
}

async fn wrong_method(request: Request) -> Problem {
    let (method, path) = (request.method(), request.uri().path());
    Problem::new(Kind::WrongMethod, format!("{path} does not take {method}; the header Allow says what it takes"))
}
