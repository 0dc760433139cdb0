//! What computes graphs.

pub mod native;
pub mod onnxruntime;

use crate::{ErrorCode, Fault};
use std::time::Duration;
use wasmtime_wasi_nn::backend::BackendError;

/// The older interface of wasi-nn, for modules, sets inputs one by one.
fn only_together() -> BackendError {
    let message = "inputs are given, and outputs taken, with `compute`";
    Fault::new(ErrorCode::UnsupportedOperation, message).into()
}

/// An inference was stopped.
fn timeout(limit: Duration) -> Fault {
    let message = format!("the inference took longer than the allowed {} ms", limit.as_millis());
    Fault::new(ErrorCode::Timeout, message)
}
