//! Tensors outside of a model.
//!
//! # Layout
//! - `npy`: tensors in NumPy's files; all else is [`maasm_protocol::tensors`]

pub mod npy;

pub use maasm_protocol::tensors::{datatype_named, elements, floats, name, size, width};
