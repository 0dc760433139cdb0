//! maasm on the host's side: the compiler, the packager, the engine, the HTTP server and the command line.
//!
//! # Layout
//! - `source/`: what users give (ONNX, or structure and parameters) becomes one ONNX graph in memory
//! - `network/`: what can be asked about that graph
//! - `compile/`: that graph becomes a plan and packed weights; one lowering is one file
//! - `optimize/`: models become smaller and faster by a recipe
//! - `scores/`: what a classifier's outputs are, found by what it computes
//! - `package/`: plan and template become a component
//! - `compose/`: a model and a front become one component
//! - `engine/`: components are loaded, instantiated and called, within limits
//! - `export/`: components and what other platforms need beside them
//! - `registry/`: versions of models, where they are kept, and which of them answer
//! - `tensors/`: tensors outside of a model, as JSON and in NumPy's files
//! - `service/`: what is done with the registry's models, whoever asks
//! - `server/`: routes and handlers; one resource is one file
//! - `temporary/`: what goes away with the process
//! - `text`: files of text that users give
//! - `cli/`: one subcommand is one file
#![deny(unsafe_code)]

pub mod cli;
pub mod compile;
pub mod compose;
pub mod engine;
pub mod export;
mod network;
pub mod optimize;
pub mod package;
pub mod registry;
pub mod scores;
pub mod server;
pub mod service;
pub mod source;
pub mod temporary;
pub mod tensors;
pub mod text;
