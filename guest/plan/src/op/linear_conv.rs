//! Convolutions of bytes as ONNX's QLinearConv defines them, all eight bits of the inputs.

use super::linear::{Linear, clamped};
use super::quantized::{QUANTIZED_PANEL, typed};
use super::{Operands, image, need, reach, window_fits};
use crate::ElementType;
use alloc::format;
use alloc::string::String;
use serde::{Deserialize, Serialize};

/// The most window cells that a depthwise convolution may have.
pub const MOST_CELLS: u32 = 49;

/// Input positions that are multiplied at once.
pub const PAIR: u32 = 2;

/// What a sum becomes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum LinearOutput {
    /// A byte, U8 or I8.
    Bytes {
        /// What stands for 0.
        zero: i16,
        /// The lowest that the activation allows.
        low: i16,
        /// The highest that it allows.
        high: i16,
    },
    /// An f32 number.
    Floats {
        /// The lowest that the activation allows.
        low: f32,
        /// The highest that it allows.
        high: f32,
    },
}

/// Convolution of U8 or I8 `[batch, height, width, channels]`.
///
/// Inputs: `x`, `weights`, `bias` (i32 `[out_channels]`), `multipliers` (f32 `[out_channels]`), `residual` (U8 or I8 of
/// the output's shape, if there is one).
///
/// A sum is `bias + Σ (x − zero) · weight`, an exact integer of 32 bits; padding adds nothing. It becomes a number by
/// `f32(sum) · multiplier`, rounded once as f32 numbers are; what is added to that (`f32(residual − zero) · scale`) is
/// rounded in itself, and so is their sum. The result is clamped and rounded to the nearest integer, ties to the even one.
/// No step of this is fused with another, so that every host gets the same bits.
///
/// Weights are i8, all eight bits. Of a dense or grouped convolution they are packed: `[groups, ⌈out_channels / groups / 8⌉,
/// window_height · window_width · ⌈channels / groups / 2⌉, 8, 2]`: two neighbouring input channels of each of eight output
/// channels lie side by side, zeros filling the last ones. Of a depthwise one they are `[⌈window_height · window_width / 2⌉,
/// ⌈channels / 8⌉ · 8, 2]`: two neighbouring window cells of a channel lie side by side, a zero after the last odd one.
///
/// `scratch` (i16) holds what [`QLinearConv::scratch`] tells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QLinearConv {
    /// Window height and width.
    pub window: [u32; 2],
    /// Step between output places, vertically and horizontally.
    pub stride: [u32; 2],
    /// Step between window cells, vertically and horizontally.
    pub dilation: [u32; 2],
    /// Rows above and columns to the left that are padded.
    pub pad_before: [u32; 2],
    /// Input and output channels are cut into this many independent groups; as many as there are channels of either is a
    /// depthwise convolution.
    pub groups: u32,
    /// What stands for 0 in the input.
    pub zero: i16,
    /// What a sum becomes.
    pub output: LinearOutput,
    /// What is added before the activation; its scale is divided by the output's.
    pub residual: Option<Linear>,
}

impl QLinearConv {
    /// Whether every channel has its own single filter.
    pub fn is_depthwise(&self, channels: u32, out_channels: u32) -> bool {
        self.groups > 1 && self.groups == channels && self.groups == out_channels
    }

    /// Bytes of the packed weights.
    pub fn packed_len(&self, channels: u32, out_channels: u32) -> u64 {
        let cells = u64::from(self.window[0]) * u64::from(self.window[1]);
        let (panel, pair) = (u64::from(QUANTIZED_PANEL), u64::from(PAIR));
        if self.is_depthwise(channels, out_channels) {
            return cells.next_multiple_of(pair) * u64::from(self.filled(channels, out_channels));
        }
        let inputs = u64::from(self.filled(channels, out_channels) / self.groups);
        let outputs = u64::from(out_channels / self.groups).next_multiple_of(panel);
        u64::from(self.groups) * outputs * cells * inputs
    }

    /// The channels of the padded image: each group's filled up to a multiple of two, or of a depthwise convolution all
    /// to a multiple of eight.
    pub fn filled(&self, channels: u32, out_channels: u32) -> u32 {
        match self.is_depthwise(channels, out_channels) {
            true => channels.next_multiple_of(QUANTIZED_PANEL),
            false => self.groups * (channels / self.groups).next_multiple_of(PAIR),
        }
    }

    /// How many i16 numbers of scratch memory are needed: the padded image, less its zero.
    pub fn scratch(&self, input: [u32; 4], out: [u32; 4]) -> u64 {
        let [height, width] = self.reach([out[1], out[2]]);
        u64::from(height) * u64::from(width) * u64::from(self.filled(input[3], out[3]))
    }

    /// Height and width of what an output of so many places reads, padding and all.
    pub fn reach(&self, out: [u32; 2]) -> [u32; 2] {
        reach(out, self.window, self.stride, self.dilation)
    }

    pub(super) fn check(&self, operands: &Operands) -> Result<(), String> {
        let count = 4 + usize::from(self.residual.is_some());
        need(operands.inputs.len() == count && operands.outputs.len() == 1, || {
            format!("needs {count} inputs and 1 output, has {} and {}", operands.inputs.len(), operands.outputs.len())
        })?;
        let (inputs, y) = (operands.inputs, operands.outputs[0]);
        let input = image(inputs[0], "the input")?;
        let out = image(y, "the output")?;
        let ([n, h, w, c], [on, oh, ow, oc]) = (input, out);
        need(n == on, || format!("batch {n} in, {on} out"))?;
        need(self.groups > 0 && c % self.groups == 0 && oc % self.groups == 0, || {
            format!("{c} and {oc} channels do not split into {} groups", self.groups)
        })?;
        need(c < 1 << 30 && oc < 1 << 30, || format!("{c} and {oc} channels are too many"))?;
        window_fits(h, self.pad_before[0], self.window[0], self.stride[0], self.dilation[0], oh)?;
        window_fits(w, self.pad_before[1], self.window[1], self.stride[1], self.dilation[1], ow)?;
        Linear { scale: 1.0, zero: self.zero }.fits(inputs[0])?;
        typed(inputs[1], ElementType::I8, self.packed_len(c, oc), "the packed weights")?;
        typed(inputs[2], ElementType::I32, u64::from(oc), "the bias")?;
        typed(inputs[3], ElementType::F32, u64::from(oc), "the multipliers")?;
        let cells = u64::from(self.window[0]) * u64::from(self.window[1]);
        need(cells <= MOST_CELLS.into() || !self.is_depthwise(c, oc), || {
            format!("a depthwise window has at most {MOST_CELLS} cells, not {cells}")
        })?;
        match self.output {
            LinearOutput::Bytes { zero, low, high } => clamped(y.element_type, zero, low, high)?,
            LinearOutput::Floats { low, high } => {
                typed(y, ElementType::F32, y.elements().unwrap_or(0), "the output")?;
                need(low <= high, || format!("nothing lies between {low} and {high}"))?;
                need(self.residual.is_none(), || "a residual is added to bytes only".into())?;
            }
        }
        if let Some(residual) = self.residual {
            residual.fits(inputs[4])?;
            need(inputs[4].shape == y.shape, || {
                format!("a residual of {:?} is not of the output's shape", inputs[4].shape)
            })?;
        }
        let scratch = operands.scratch.ok_or("needs scratch memory")?;
        typed(scratch, ElementType::I16, self.scratch(input, out), "scratch")
    }
}
