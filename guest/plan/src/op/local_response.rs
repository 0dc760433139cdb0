//! Local response normalisation.

use super::{Operands, need};
use alloc::format;
use alloc::string::String;
use serde::{Deserialize, Serialize};

/// ONNX's LRN on an f32 input whose last axis is the channels: `x / (bias + alpha / size · Σ x²)^beta`, the sum
/// running over the `size` channels around each one.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LocalResponse {
    /// How many channels are summed over.
    pub size: u32,
    /// The scale of the sum.
    pub alpha: f32,
    /// The exponent.
    pub beta: f32,
    /// What is added to the sum.
    pub bias: f32,
}

impl LocalResponse {
    pub(super) fn check(&self, operands: &Operands) -> Result<(), String> {
        let ([x], y) = operands.f32_io()?;
        need(self.size > 0 && x.shape == y.shape && !x.shape.is_empty(), || {
            format!("size {} over {:?} to {:?}", self.size, x.shape, y.shape)
        })
    }
}
