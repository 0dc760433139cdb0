//! `/v2`: the [Open Inference Protocol](https://github.com/kserve/open-inference-protocol), version 2, with the binary
//! tensors of [Triton](https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_binary_data.md),
//! for clients that know it.
//!
//! # Layout
//! - `server`: what the server is; `health`: whether it lives and is ready
//! - `model`: what a model takes and gives, and whether it is ready; `repository`: which models there are
//! - `infer`: tensors or a picture in, tensors out; `message/`: what goes in and out, as bytes
//! - `lookup`: which model and version a request names

mod health;
mod infer;
mod lookup;
mod message;
mod model;
mod repository;
mod server;

use crate::server::State;
use axum::Router;

/// What needs no key: load balancers ask it.
pub fn open_routes() -> Router<State> {
    Router::new().merge(server::routes()).merge(health::routes())
}

/// What needs the key of somebody who may have models answer.
pub fn routes() -> Router<State> {
    Router::new().merge(model::routes()).merge(repository::routes()).merge(infer::routes())
}

/// Whether the address is one of this protocol's, known or not.
pub fn speaks_at(path: &str) -> bool {
    path.strip_prefix("/v2").is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_protocol_is_spoken_below_v2_only() {
        for path in ["/v2", "/v2/", "/v2/models/a/infer", "/v2/nothing"] {
            assert!(speaks_at(path), "{path}");
        }
        for path in ["/", "/v20", "/api/v2", "/api/v1/infer"] {
            assert!(!speaks_at(path), "{path}");
        }
    }
}
