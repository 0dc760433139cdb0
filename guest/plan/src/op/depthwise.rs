//! Depthwise convolution.

use super::{Operands, Unary, image, need, window_fits};
use crate::ElementType;
use alloc::format;
use alloc::string::String;
use serde::{Deserialize, Serialize};

/// Convolution in which output channel `i` sees input channel `i` only:
/// `activation(depthwise(x, weights) + bias)`.
///
/// Inputs: `x` `[batch, height, width, channels]`, `weights` f32 `[window_height, window_width, channels]`, `bias`
/// f32 `[channels]`. Padding is zeros and costs no memory.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Depthwise {
    /// Window height and width.
    pub window: [u32; 2],
    /// Step between output places, vertically and horizontally.
    pub stride: [u32; 2],
    /// Step between window cells, vertically and horizontally.
    pub dilation: [u32; 2],
    /// Rows of zeros above and columns of zeros to the left.
    pub pad_before: [u32; 2],
    /// What is applied last.
    pub activation: Option<Unary>,
}

impl Depthwise {
    pub(super) fn check(&self, operands: &Operands) -> Result<(), String> {
        let ([x, weights, bias], y) = operands.f32_io()?;
        let [n, h, w, c] = image(x, "the input")?;
        let [on, oh, ow, oc] = image(y, "the output")?;
        need(n == on && c == oc, || format!("batch and channels {n}, {c} in, {on}, {oc} out"))?;
        window_fits(h, self.pad_before[0], self.window[0], self.stride[0], self.dilation[0], oh)?;
        window_fits(w, self.pad_before[1], self.window[1], self.stride[1], self.dilation[1], ow)?;
        need(weights.element_type == ElementType::F32 && weights.shape == [self.window[0], self.window[1], c], || {
            format!("the weights must be {:?}, are {:?}", [self.window[0], self.window[1], c], weights.shape)
        })?;
        need(bias.shape == [c], || format!("the bias must be [{c}], is {:?}", bias.shape))
    }
}
