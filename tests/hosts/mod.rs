//! One component, byte for byte the same file, gives the same answers in every host.
//!
//! # Layout
//! - `own`: a model, a picture, and what this project's own host makes of them
//! - `agreement`: other people's hosts
//! - `examples`: the programs in `examples/`
//! - `export/`: what other platforms need; one platform is one file
//! - `front`: a composed service; `spin`: what Spin composes; `wasmcloud`: two of its hosts, one of which is killed

mod agreement;
mod examples;
mod export;
mod front;
mod own;
mod spin;
mod wasmcloud;
