//! `/v2`: the [Open Inference Protocol](https://github.com/kserve/open-inference-protocol), version 2, with the binary
//! tensors of [Triton](https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_binary_data.md),
//! for clients that know it.
//!
//! # Layout
//! - `server`: what the server is; `health`: whether it lives and is ready
//! - `model`: what a model takes and gives, and whether it is ready; `repository`: which models there are
//! - `infer`: tensors or a picture in, tensors out; what goes in and out, as bytes, is [`maasm_protocol::open_inference`]
//! - `lookup`: which model and version a request names

mod health;
mod infer;
mod lookup;
mod model;
mod repository;
mod server;

use crate::State;
use axum::Router;

/// What needs no key: load balancers ask it.
pub fn open_routes() -> Router<State> {
    Router::new().merge(server::routes()).merge(health::routes())
}

/// What needs the key of somebody who may have models answer.
pub fn routes() -> Router<State> {
    Router::new().merge(model::routes()).merge(repository::routes()).merge(infer::routes())
}
