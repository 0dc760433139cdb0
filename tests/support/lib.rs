//! What the black-box tests share.
//!
//! # Layout
//! - `onnx`: small models, built in memory
//! - `graph/`: random models that are valid
//! - `mutation/`: models that something happened to
//! - `random`: randomness that is the same every time
//! - `tensor`: a tensor, and whether another one is the same
//! - `answers`: what a host makes of a picture
//! - `component`: components made by hand
//! - `layout`: how the values of `wit/model.wit` lie in memory
//! - `skip`: tests that are skipped
//! - `torch`, `python`: other people's formats and engines
//! - `nn`: a component that asks wasi-nn for what it should not
//! - `browser`: Chromium
//! - `docker`: Docker's registry, as a program of its own
//! - `watched`: a process whose time and memory are watched
#![forbid(unsafe_code)]

pub mod answers;
pub mod browser;
pub mod component;
pub mod docker;
pub mod graph;
pub mod layout;
pub mod mutation;
pub mod nn;
pub mod onnx;
pub mod python;
pub mod random;
pub mod skip;
pub mod tensor;
pub mod torch;
pub mod watched;
