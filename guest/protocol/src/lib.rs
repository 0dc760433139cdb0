//! What goes in and out of a model over HTTP, the same for every front: the server of the `maasm` command and the component
//! that any WebAssembly host serves. Knows no engine and no server: bytes and types in, bytes and types out.
//!
//! # Layout
//! - `model`: what models take and give, as `wit/model.wit` has it
//! - `recognition`, `inference`, `evaluation`: answers as JSON; `labels`: which class a label means; `open_inference/`: those of the Open Inference Protocol
//! - `tensors/`: what is in tensors, and how that is written
//! - `problem/`: every error, as RFC 9457 wants it
//! - `query`: parameters of the address; `form`: files in forms; `reference`: how versions are called
#![forbid(unsafe_code)]

pub mod evaluation;
pub mod form;
pub mod inference;
pub mod labels;
pub mod model;
pub mod open_inference;
pub mod problem;
pub mod query;
pub mod recognition;
pub mod reference;
pub mod tensors;

pub use problem::{Kind, Problem};
