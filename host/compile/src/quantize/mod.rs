//! Post-training quantisation: a network's convolutions compute with numbers of seven bits and weights of eight.
//!
//! The network is compiled and run on samples first, which tells the range of every tensor ([`Calibration`]). Then it is
//! lowered again; every convolution becomes one of bytes, and bytes become f32 numbers where something else reads them.
//!
//! # Layout
//! - `observe`: what values the tensors have on samples; `range`: which of them are kept
//! - `rewrite`: steps of f32 become steps of bytes
//! - `sensitivity`: how much each layer's integers change the outputs
//! - `conv`: a convolution's integers; `pack`: its weights in the order in which the kernel reads them

mod conv;
mod observe;
mod pack;
mod range;
mod rewrite;
mod sensitivity;

pub use observe::{Calibration, CalibrationError, calibrate};
pub use sensitivity::{Sensitivity, SensitivityError, sensitivities};

pub(super) use conv::{Integers, Quantized};
pub(super) use rewrite::rewrite;
