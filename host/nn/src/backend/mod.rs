//! What computes graphs.

pub mod native;
pub mod onnxruntime;
