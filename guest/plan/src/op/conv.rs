//! Dense and grouped convolution.

use super::{Operands, Unary, image, need, reach, window_fits};
use crate::{ElementType, Tensor};
use alloc::format;
use alloc::string::String;
use serde::{Deserialize, Serialize};

/// How many output channels one panel of packed weights holds.
pub const PANEL: u32 = 8;

/// Convolution of `[batch, height, width, channels]` by constant weights, with everything that follows it fused in:
/// `activation(conv(x, weights) + bias + residual)`.
///
/// Inputs: `x`, `weights`, `bias` (f32 `[out_channels]`, if `bias`), `residual` (the output's shape, if `residual`).
///
/// Weights are packed: f32 `[groups, ⌈out_channels / groups / 8⌉, window_height · window_width · channels / groups, 8]`;
/// within a panel the input positions run in the order (window row, window column, channel) and eight neighbouring
/// output channels lie side by side, zeros filling the last panel.
///
/// If anything is padded, `scratch` (f32) holds one padded image of
/// `[(out_height − 1) · stride + reach, (out_width − 1) · stride + reach, channels]`, where
/// `reach = (window − 1) · dilation + 1`; see [`Conv::padded`].
///
/// A matrix product `[m, k] × [k, n]` by constant weights is the 1×1 convolution of `[1, 1, m, k]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Conv {
    /// Window height and width.
    pub window: [u32; 2],
    /// Step between output places, vertically and horizontally.
    pub stride: [u32; 2],
    /// Step between window cells, vertically and horizontally.
    pub dilation: [u32; 2],
    /// Rows of zeros above and columns of zeros to the left. Below and to the right there is whatever the last
    /// output place needs.
    pub pad_before: [u32; 2],
    /// Input and output channels are cut into this many independent groups.
    pub groups: u32,
    /// Whether a bias operand follows the weights.
    pub bias: bool,
    /// Whether a last operand of the output's shape is added before the activation.
    pub residual: bool,
    /// What is applied last.
    pub activation: Option<Unary>,
}

impl Conv {
    /// Floats in the packed weights.
    pub fn packed_len(&self, channels: u32, out_channels: u32) -> u64 {
        let k = u64::from(self.window[0]) * u64::from(self.window[1]) * u64::from(channels / self.groups);
        u64::from(self.groups) * u64::from((out_channels / self.groups).div_ceil(PANEL)) * k * u64::from(PANEL)
    }

    /// Height and width of the padded image that an output of `out` reads, or `None` if the input can be read in
    /// place: nothing is padded on any side.
    pub fn padded(&self, input: [u32; 2], out: [u32; 2]) -> Option<[u32; 2]> {
        let padded = reach(out, self.window, self.stride, self.dilation);
        let in_place = self.pad_before == [0, 0] && padded[0] <= input[0] && padded[1] <= input[1];
        (!in_place).then_some(padded)
    }

    pub(super) fn check(&self, operands: &Operands) -> Result<(), String> {
        let count = 2 + usize::from(self.bias) + usize::from(self.residual);
        need(operands.inputs.len() == count && operands.outputs.len() == 1, || {
            format!("needs {count} inputs and 1 output, has {} and {}", operands.inputs.len(), operands.outputs.len())
        })?;
        for t in operands.inputs.iter().chain(operands.outputs).copied().chain(operands.scratch) {
            need(t.element_type == ElementType::F32, || format!("needs f32 operands, has {:?}", t.element_type))?;
        }
        let [n, h, w, c] = image(operands.inputs[0], "the input")?;
        let [on, oh, ow, oc] = image(operands.outputs[0], "the output")?;
        need(n == on, || format!("batch {n} in, {on} out"))?;
        need(self.groups > 0 && c % self.groups == 0 && oc % self.groups == 0, || {
            format!("{c} and {oc} channels do not split into {} groups", self.groups)
        })?;
        window_fits(h, self.pad_before[0], self.window[0], self.stride[0], self.dilation[0], oh)?;
        window_fits(w, self.pad_before[1], self.window[1], self.stride[1], self.dilation[1], ow)?;
        let size = |t: &Tensor, wanted: u64, what: &str| {
            need(t.elements() == Some(wanted), || format!("{what} {:?} must hold {wanted} values", t.shape))
        };
        size(operands.inputs[1], self.packed_len(c, oc), "the packed weights")?;
        if self.bias {
            size(operands.inputs[2], u64::from(oc), "the bias")?;
        }
        if self.residual {
            let residual = operands.inputs[count - 1];
            need(residual.shape == operands.outputs[0].shape, || {
                format!(
                    "the residual {:?} must have the output's shape {:?}",
                    residual.shape, operands.outputs[0].shape
                )
            })?;
        }
        match (self.padded([h, w], [oh, ow]), operands.scratch) {
            (None, None) => Ok(()),
            (None, Some(_)) => Err("has scratch memory but pads nothing".into()),
            (Some(_), None) => Err("pads its input but has no scratch memory".into()),
            (Some([ph, pw]), Some(scratch)) => size(scratch, u64::from(ph) * u64::from(pw) * u64::from(c), "scratch"),
        }
    }
}
