//! Versions of models, where they are kept, and which of them answer.
//!
//! # Layout
//! - `blobs`: the folder of an OCI image layout; `digest`: names of blobs
//! - `oci/`: versions as OCI artifacts, in the layout and in remote registries

pub mod blobs;
pub mod digest;
pub mod oci;
