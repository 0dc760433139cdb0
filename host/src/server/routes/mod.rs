//! The resources.

mod call;
mod health;
mod infer;
mod models;
mod recognize;
mod usage;
mod v2;

pub use v2::speaks_at;

use super::{Kind, Problem, State, problem, trace};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::from_fn;
use tower_http::catch_panic::CatchPanicLayer;

/// All routes, behind all that every request goes through.
pub fn router(state: State) -> Router {
    Router::new()
        .merge(usage::routes())
        .merge(health::routes())
        .merge(models::routes())
        .merge(recognize::routes())
        .merge(infer::routes())
        .merge(v2::routes())
        .fallback(no_such_route)
        .method_not_allowed_fallback(wrong_method)
        .layer(CatchPanicLayer::custom(problem::from_panic))
        // Bodies have their own limit, in `upload`.
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn(problem::finish))
        .layer(from_fn(trace::trace))
        .with_state(state)
}

async fn no_such_route(request: Request) -> Problem {
    Problem::new(Kind::NoSuchRoute, format!("there is nothing at {}; GET / tells what there is", request.uri().path()))
}

async fn wrong_method(request: Request) -> Problem {
    let (method, path) = (request.method(), request.uri().path());
    Problem::new(Kind::WrongMethod, format!("{path} does not take {method}; the header Allow says what it takes"))
}
