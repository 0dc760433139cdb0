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
//! - `bindings`: the types of `wit/model.wit`
//! - `error`: everything that can go wrong

mod bindings;
mod cache;
mod error;
mod identity;
mod limits;
mod load;
mod model;
mod options;
mod runtime;
mod session;

pub use bindings::{
    CalibrationBin, Classification, Confusion, Description, ElementType, Failure, LabelledSample, Latency, MediaInfo,
    ModelError, Pixels, Report, Tensor, TensorInfo,
};
pub use error::{CallError, EngineError, LoadError};
pub use load::{Engine, Loading};
pub use model::{Model, Recognition, Timings};
pub use options::{CachePolicy, EngineOptions};
pub use session::Session;
