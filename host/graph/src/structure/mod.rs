//! A model as structure, a JSON file that people can read, and parameters, a file of named arrays.
//!
//! # Layout
//! - `format`: the JSON file as types
//! - `scalar`: numbers as JSON writes them
//! - `read`: structure and parameters become a graph
//! - `write`: a graph becomes structure and parameters
//! - `layout`: one node, one line
mod format;
mod layout;
mod read;
mod scalar;
mod write;

pub(super) use read::{Whole, read};
pub use write::Parts;
pub(super) use write::write;
