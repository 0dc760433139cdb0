//! Versions of models, where they are kept, and which of them answer.
//!
//! # Layout
//! - `blobs`: the folder of an OCI image layout; `digest`: names of blobs

pub mod blobs;
pub mod digest;
