//! Runs plans: the executor and its kernels, in WebAssembly and natively.
//!
//! # Layout
//! - `executor`: a plan with its memory; sets inputs, runs the steps, reads outputs
//! - `memory`: one step's view of the arena, what it reads apart from what it writes
//! - `kernels/`: one operator family is one file; its scalar version is the specification
//! - `simd/`: vectors of floats, by what the machine has
//! - `self_check`: every fast kernel against its specification (feature `self-check`)

mod aligned;
mod executor;
mod kernels;
mod memory;
#[cfg(any(test, feature = "self-check"))]
mod self_check;
mod simd;

pub use aligned::AlignedBytes;
pub use executor::{Executor, RunError, SetupError, TensorError};
pub use kernels::{Fault, apply, entry};
#[cfg(any(test, feature = "self-check"))]
pub use self_check::self_check;
