//! Post-training quantisation: a network's convolutions compute with numbers of seven bits and weights of eight.
//!
//! The network is compiled and run on samples first, which tells the range of every tensor ([`Calibration`]). Then it is
//! lowered again; every convolution becomes one of bytes, and bytes become f32 numbers where something else reads them.
//!
//! # Layout
//! - `observe`: what values the tensors have on samples; `range`: which of them are kept
//! - `rewrite`: steps of f32 become steps of bytes
//! - `conv`: a convolution's integers; `pack`: its weights in the order in which the kernel reads them

mod conv;
mod observe;
mod pack;
mod range;
mod rewrite;

pub use observe::{Calibration, CalibrationError, calibrate};

pub(super) use conv::Quantized;
pub(super) use rewrite::rewrite;

/// How numbers of seven bits stand for real ones.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// What one step stands for.
    pub scale: f32,
    /// What stands for 0.
    pub zero: u8,
}

impl Scale {
    /// The one that reaches from one number to another, which hold 0 between them.
    fn between(low: f32, high: f32) -> Self {
        let largest = f32::from(maasm_plan::op::LARGEST);
        let (low, high) = (low.min(0.0), high.max(0.0));
        let scale = (high - low) / largest;
        // What is always 0 needs no steps.
        let scale = if scale.is_finite() && scale > f32::MIN_POSITIVE { scale } else { 1.0 };
        Self { scale, zero: (-low / scale).round().clamp(0.0, largest) as u8 }
    }

    /// The byte that stands for a number, or comes nearest to it.
    fn byte(&self, number: f32) -> u8 {
        let byte = (number / self.scale).round_ties_even() + f32::from(self.zero);
        byte.clamp(0.0, f32::from(maasm_plan::op::LARGEST)) as u8
    }
}
