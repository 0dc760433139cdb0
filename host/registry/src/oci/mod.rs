//! Versions as OCI artifacts, in the layout on disk and in remote registries.
//!
//! # Layout
//! - `artifact`: the manifest of a version; `facts`: what it says of it; `config`, `interface`: what it repeats of the
//!   component
//! - `attachment`: what is attached to a version; `manifest`, `media_type`: what both are written in
//! - `index`: which versions there are, for others and for repair
//! - `reference`: names of versions in remote registries; `credentials`: who we are to them
//! - `remote/`: pushing and pulling

pub mod artifact;
pub mod attachment;
mod config;
pub mod credentials;
pub mod facts;
pub mod index;
mod interface;
pub mod manifest;
pub mod media_type;
pub mod reference;
pub mod remote;

pub use interface::Interface;
