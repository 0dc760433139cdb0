//! The host's side of wasi-nn: graphs by name, computed by the runtime's kernels or by onnxruntime.
//!
//! Graphs and what makes them stand behind the traits of [`wasmtime_wasi_nn::backend`], so that backends of others fit,
//! too. What components reach is implemented here rather than there: a component sees the graphs that it was given and
//! no others, brings none of its own, can take so much of the host's memory and no more, and is told by the standard's
//! code what was wrong.
//!
//! # Layout
//! - `bindings`: the interfaces of `wit/deps/wasi-nn`, as wasmtime generates them
//! - `context`: what one instance sees and holds
//! - `interface`: the interfaces' functions
//! - `fault`: what goes wrong, and the code that the standard has for it
//! - `signature`: what a graph takes and gives, and whether tensors are that
//! - `contain`: a panic is a fault like others
//! - `backend/native`: the runtime's kernels, compiled for this machine
//! - `backend/onnxruntime`: onnxruntime's library, if there is one

#![deny(unsafe_code)]

mod backend;
mod bindings;
mod contain;
mod context;
mod fault;
mod interface;
mod signature;

pub use backend::native::Native;
pub use backend::onnxruntime::{LibraryError, Onnxruntime};
pub use bindings::wasi::nn::errors::ErrorCode;
pub use context::{Context, Failure, Graphs};
pub use fault::Fault;
pub use interface::add_to_linker;
pub use wasmtime_wasi_nn::Graph;
