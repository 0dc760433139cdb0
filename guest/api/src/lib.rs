//! A front for one model: `wasi:http` outside, `maasm:model` inside. The same addresses, JSON and errors as those of
//! `maasm serve`, from the same code, in any host that serves components.
//!
//! # Layout
//! - `routes`: what there is at which address; `recognize`, `infer`, `evaluate`, `open_inference`, `card`: what it does
//! - `asked`: which version a request names; `upload`: the file in its body; `answer`: responses
//! - `model`: the model inside; `bindings`: the types of `wit/`

mod answer;
mod asked;
mod bindings;
mod card;
mod evaluate;
mod infer;
mod model;
mod open_inference;
mod recognize;
mod routes;
mod upload;

use spin_sdk::http::{Request, Response};
use spin_sdk::http_service;

#[http_service]
async fn serve(request: Request) -> Response<answer::Body> {
    let (parts, body) = request.into_parts();
    routes::answer(&parts, upload::receive(&parts, body).await)
}
