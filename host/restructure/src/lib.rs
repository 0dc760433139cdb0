//! ONNX model in, ONNX model out: the same network with fewer channels, fewer weights or another head.
//!
//! Nothing here runs a network or knows its data. The same model and options give the same bytes. Weights are f32; a
//! model with others is refused by the name of the tensor.
//!
//! # Layout
//! - `normalise`: Constant nodes become initialisers, nodes come in the order of evaluation; everything begins with it
//! - `channels/`: channels are taken out, through the whole graph
//! - `magnitude`: single weights become zero
//! - `low_rank`: large dense layers become two smaller ones
//! - `head/`: the classifier at the end: read, replaced, scaled, cut off
//! - `fold`, `equalize`: batch normalisation into convolutions, and channels of like ranges
//! - `graph`, `attribute`, `tensor`, `names`: reading and writing the parts of a model
#![forbid(unsafe_code)]

pub mod channels;
pub mod equalize;
pub mod fold;
pub mod head;
pub mod low_rank;
pub mod magnitude;

mod attribute;
mod error;
mod graph;
mod names;
mod normalise;
mod tensor;

pub use error::Error;
pub use normalise::normalise;
