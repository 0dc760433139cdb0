//! Runs plans: the executor and its kernels, in WebAssembly and natively.

mod aligned;
mod executor;

pub use aligned::AlignedBytes;
pub use executor::{Executor, SetupError, TensorError};
