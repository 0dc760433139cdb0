//! Black-box tests of the program and its library, as one executable: linking the host is the expensive part.
//!
//! `cargo xtask test NAME…` runs some: a folder's or file's name here, or any part of a test's name.

mod commands;
mod compile;
mod engine;
mod hosts;
mod http;
mod inference;
mod inspect;
mod nn;
mod oddities;
mod package;
mod property;
mod registry;
mod robustness;
mod source;
mod structure;
mod trials;
mod types;
