//! Numbers of seven bits, and convolutions of them by weights of eight.
//!
//! A real number `r` is kept as `round(r / scale) + zero`, at most 127 and not below 0, in a byte. Weights are `round(w /
//! scale)` from −127 to 127, with a scale for each output channel. So a product of four of each fits what every host's
//! dot product can hold, and sums are exact integers of 32 bits.
//!
//! A sum becomes a number again by `f32(sum + bias) · multiplier`, rounded once as f32 numbers are; what is added to that
//! (`f32(residual − zero) · scale`) is rounded in itself, and so is their sum. The result is clamped and rounded to the
//! nearest integer, ties to the even one. No step of this is fused with another, so that every host gets the same bits.

use super::{Operands, image, need, reach, window_fits};
use crate::{ElementType, Tensor};
use alloc::format;
use alloc::string::String;
use serde::{Deserialize, Serialize};

/// The largest number of seven bits.
pub const LARGEST: u8 = 127;

/// How many output channels one panel of packed weights holds, and how many input positions lie side by side.
pub const QUANTIZED_PANEL: u32 = 8;
/// Bytes behind the image that a depthwise convolution reads.
pub const SLACK: u32 = 8;
/// Input positions that are multiplied at once.
pub const QUAD: u32 = 4;

/// What the absolute values of four weights are together at most which are added up in 16 bits: of two neighbouring fours
/// of a channel, the first halves or the last ones ([`QuantizedConv::contiguous`] tells which fours go together).
pub const MOST_WEIGHT: i32 = i16::MAX as i32 / LARGEST as i32;

/// How numbers of seven bits stand for real ones: `(byte − zero) · scale`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scale {
    /// What one step stands for.
    pub scale: f32,
    /// What stands for 0.
    pub zero: u8,
}

/// What a sum becomes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Rescaled {
    /// A number of seven bits.
    Bytes {
        /// What stands for 0.
        zero: u8,
        /// The lowest that the activation allows.
        low: u8,
        /// The highest that it allows.
        high: u8,
    },
    /// An f32 number.
    Floats {
        /// The lowest that the activation allows.
        low: f32,
        /// The highest that it allows.
        high: f32,
    },
}

/// Convolution of u8 `[batch, height, width, channels]`, numbers of seven bits.
///
/// Inputs: `x`, `weights`, `bias` (i32 `[out_channels]`, into which what the input's zero contributes is folded),
/// `multipliers` (u16 `[out_channels]`, the upper halves of f32 numbers whose lower ones are 0), `residual` (u8 of the output's
/// shape, if there is one).
///
/// Weights are i8. Of a dense or grouped convolution they are packed: `[groups, ⌈out_channels / groups / 8⌉,
/// window_height · window_width · ⌈channels / groups / 4⌉, 8, 4]`: four neighbouring input channels of each of eight output
/// channels lie side by side, zeros filling the last ones. [`MOST_WEIGHT`] tells how large they may be together. Of a depthwise
/// one they are `[⌈channels / 8⌉, window_width, 8 · window_height]`: of a window column of eight channels first four rows of
/// each channel, `[8, 4]`, then the next four, and at last those that are left, `[8, window_height mod 4]`.
///
/// Padding is `zero`. `scratch` (u8) holds what [`QuantizedConv::scratch`] tells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QuantizedConv {
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
    pub zero: u8,
    /// What a sum becomes.
    pub output: Rescaled,
    /// What is added before the activation; its scale is divided by the output's.
    pub residual: Option<Scale>,
}

impl QuantizedConv {
    /// Whether every channel has its own single filter.
    pub fn is_depthwise(&self, channels: u32, out_channels: u32) -> bool {
        self.groups > 1 && self.groups == channels && self.groups == out_channels
    }

    /// Bytes of the packed weights.
    pub fn packed_len(&self, channels: u32, out_channels: u32) -> u64 {
        if self.is_depthwise(channels, out_channels) {
            return self.of_columns(channels, self.window[0]);
        }
        let cells = u64::from(self.window[0]) * u64::from(self.window[1]);
        let quads = cells * u64::from((channels / self.groups).div_ceil(QUAD));
        let panels = u64::from((out_channels / self.groups).div_ceil(QUANTIZED_PANEL));
        u64::from(self.groups) * panels * quads * u64::from(QUANTIZED_PANEL * QUAD)
    }

    /// Bytes of a depthwise convolution's weights with so many rows in each window column.
    fn of_columns(&self, channels: u32, rows: u32) -> u64 {
        u64::from(channels.next_multiple_of(QUANTIZED_PANEL)) * u64::from(self.window[1]) * u64::from(rows)
    }

    /// Bytes of a depthwise convolution's weights when its rows are filled up to a multiple of four, as they are read; 0 if they
    /// are one already.
    pub fn filled_weights(&self, channels: u32) -> u64 {
        match self.window[0].is_multiple_of(QUAD) {
            true => 0,
            false => self.of_columns(channels, self.window[0].next_multiple_of(QUAD)),
        }
    }

    /// How many channels an image has whose channels are filled up: each group's to a multiple of four, a depthwise
    /// convolution's together to one of eight.
    pub fn filled(&self, channels: u32, out_channels: u32) -> u32 {
        match self.is_depthwise(channels, out_channels) {
            true => channels.next_multiple_of(QUANTIZED_PANEL),
            false => self.groups * (channels / self.groups).next_multiple_of(QUAD),
        }
    }

    /// How many bytes of scratch memory are needed: [`QuantizedConv::padded`], up to a multiple of four, and behind them the
    /// multipliers as f32.
    pub fn scratch(&self, input: [u32; 4], out: [u32; 4]) -> u64 {
        self.padded(input, out).next_multiple_of(4) + 4 * u64::from(out[3])
    }

    /// How many bytes the padded image with its channels filled up has, 0 if the input can be read as it is; of a depthwise
    /// convolution always, with [`SLACK`] behind it, and [`QuantizedConv::filled_weights`] behind that.
    pub fn padded(&self, input: [u32; 4], out: [u32; 4]) -> u64 {
        let [height, width] = self.reach([out[1], out[2]]);
        let in_place = self.pad_before == [0, 0] && height <= input[1] && width <= input[2];
        let filled = self.filled(input[3], out[3]);
        let slack = match self.is_depthwise(input[3], out[3]) {
            true => u64::from(SLACK) + self.filled_weights(input[3]),
            false => 0,
        };
        if in_place && filled == input[3] && slack == 0 {
            return 0;
        }
        let [height, width] = [height.max(input[1]), width.max(input[2])];
        u64::from(height) * u64::from(width) * u64::from(filled) + slack
    }

    /// How many input fours lie behind one another under a window of a dense or grouped convolution: those of a window row,
    /// or of a cell. Beginning with the first one, two and two of them are added up together.
    pub fn contiguous(&self, channels: u32) -> u32 {
        let of_cell = (channels / self.groups).div_ceil(QUAD);
        if self.groups == 1 && self.dilation[1] == 1 { self.window[1] * of_cell } else { of_cell }
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
        window_fits(h, self.pad_before[0], self.window[0], self.stride[0], self.dilation[0], oh)?;
        window_fits(w, self.pad_before[1], self.window[1], self.stride[1], self.dilation[1], ow)?;
        typed(inputs[0], ElementType::U8, u64::from(n) * u64::from(h) * u64::from(w) * u64::from(c), "the input")?;
        typed(inputs[1], ElementType::I8, self.packed_len(c, oc), "the packed weights")?;
        typed(inputs[2], ElementType::I32, u64::from(oc), "the bias")?;
        typed(inputs[3], ElementType::U16, u64::from(oc), "the multipliers")?;
        let places = u64::from(on) * u64::from(oh) * u64::from(ow) * u64::from(oc);
        need(self.zero <= LARGEST, || format!("the zero {} has more than seven bits", self.zero))?;
        match self.output {
            Rescaled::Bytes { zero, low, high } => {
                typed(y, ElementType::U8, places, "the output")?;
                need(zero <= LARGEST && low <= high && high <= LARGEST, || {
                    "the output has more than seven bits".into()
                })?;
            }
            Rescaled::Floats { low, high } => {
                typed(y, ElementType::F32, places, "the output")?;
                need(low <= high, || format!("nothing lies between {low} and {high}"))?;
                need(self.residual.is_none(), || "a residual is added to bytes only".into())?;
            }
        }
        if let Some(residual) = self.residual {
            typed(inputs[4], ElementType::U8, places, "the residual")?;
            need(residual.zero <= LARGEST && residual.scale.is_finite(), || {
                "the residual's scale makes no sense".into()
            })?;
        }
        let wanted = self.scratch(input, out);
        let scratch = operands.scratch.ok_or_else(|| format!("needs {wanted} bytes of scratch memory"))?;
        typed(scratch, ElementType::U8, wanted, "scratch")
    }
}

impl Scale {
    /// Between tensors of the same size and of these types.
    pub(super) fn check(&self, operands: &Operands, from: ElementType, to: ElementType) -> Result<(), String> {
        let ([x], y) = operands.io()?;
        let Self { scale, zero } = *self;
        need(scale.is_finite() && scale > 0.0 && zero <= LARGEST, || {
            format!("scale {scale} and zero {zero} make no sense")
        })?;
        let elements = x.elements().unwrap_or(0);
        typed(x, from, elements, "the input")?;
        typed(y, to, elements, "the output")
    }
}

pub(super) fn typed(tensor: &Tensor, element_type: ElementType, elements: u64, what: &str) -> Result<(), String> {
    need(tensor.element_type == element_type && tensor.elements() == Some(elements), || {
        format!(
            "{what} must hold {elements} values of {element_type:?}, is {:?} of {:?}",
            tensor.shape, tensor.element_type
        )
    })
}
