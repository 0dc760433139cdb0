//! What a component reaches through wasi-nn, and what it does not.

mod hostile;
mod native;
mod onnxruntime;
mod probe;
