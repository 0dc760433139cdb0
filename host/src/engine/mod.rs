//! Components are loaded, instantiated and called, within limits.
//!
//! # Layout
//! - `options`: deadline, memory, concurrency, cache
//! - `bindings`: the types of `wit/model.wit`
//! - `load`: bytes on disk become a checked, compiled [`Model`]
//! - `cache`: compiled code on disk, used only after it has proved its origin
//! - `model`: calls, each on a fresh instance
//! - `session`: one instance, called again and again
//! - `limits`: what an instance may take
//! - `ticker`: the clock behind deadlines
//! - `error`: everything that can go wrong

mod bindings;
mod error;
mod load;
mod model;
mod options;
mod session;

pub use bindings::{
    CalibrationBin, Classification, Confusion, Description, ElementType, Failure, LabelledSample, Latency, MediaInfo,
    ModelError, Report, Tensor, TensorInfo,
};
pub use error::{CallError, EngineError, LoadError};
pub use load::{Engine, Loading};
pub use model::{Model, Recognition, Timings};
pub use options::{CachePolicy, EngineOptions};
pub use session::Session;
