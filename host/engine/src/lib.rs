//! Components are loaded, instantiated and called, within limits.
//!
//! # Layout
//! - `options`: deadline, memory, concurrency, cache
//! - `runtime`: wasmtime, set up for short-lived instances, and the ticker behind deadlines
//! - `load`: bytes on disk become a checked, compiled [`Model`]
//! - `identity`: what a file is, by its bytes
//! - `cache`: compiled code on disk, used only after it has proved its origin
//! - `model`: calls, each on a fresh instance
//! - `session`: one instance, called again and again
//! - `limits`: what an instance may take, and how many there may be
//! - `bindings`: the types of `wit/model.wit`; `convert`: they become those that every front has
//! - `problem`: errors of calls as the API tells them
//! - `error`: everything that can go wrong

mod bindings;
mod cache;
mod convert;
mod error;
mod identity;
mod limits;
mod load;
mod model;
mod options;
mod problem;
mod runtime;
mod session;

pub use bindings::{CalibrationBin, Confusion, Failure, LabelledSample, Latency, Pixels, Report};
pub use error::{CallError, EngineError, LoadError};
pub use load::{Engine, Loading};
pub use maasm_protocol::model::{
    Classification, Description, ElementType, MediaInfo, ModelError, Recognition, Tensor, TensorInfo, Timings,
};
pub use model::Model;
pub use options::{CachePolicy, EngineOptions};
pub use session::Session;
