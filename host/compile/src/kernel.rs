//! Kernels in the making: those with weights keep them unpacked until everything that can be folded in has been.

use maasm_plan::Op;
use maasm_plan::op::Unary;
use std::sync::Arc;
use tract_onnx::prelude::Tensor;

/// What a step computes.
pub enum Kernel {
    /// A convolution with weights, dense, grouped or depthwise.
    Conv(Box<Conv>),
    /// A convolution of bytes.
    Quantized(Box<super::quantize::Quantized>),
    /// A convolution of bytes in a model that arrived quantised.
    Linear(Box<super::linear::LinearConv>),
    /// Everything else is already what the plan holds.
    Plain(Op),
}

/// A convolution in the making.
pub struct Conv {
    /// Window height and width.
    pub window: [usize; 2],
    /// Step between output places.
    pub stride: [usize; 2],
    /// Step between window cells.
    pub dilation: [usize; 2],
    /// Rows of zeros above and columns to the left.
    pub pad_before: [usize; 2],
    /// Independent groups of channels.
    pub groups: usize,
    /// Input channels.
    pub channels: usize,
    /// Output channels.
    pub out_channels: usize,
    /// The weights.
    pub weights: Weights,
    /// What is added to each output channel.
    pub bias: Vec<f32>,
    /// Whether the last input is added to the output.
    pub residual: bool,
    /// What is applied last.
    pub activation: Option<Unary>,
}

/// The source model's weights, read through strides, times a factor for each output channel.
pub struct Weights {
    /// The elements.
    pub tensor: Arc<Tensor>,
    /// The distance between neighbours along the output channels, the input channels of a group, window rows and
    /// window columns.
    pub strides: [usize; 4],
    /// The factor for each output channel.
    pub scale: Vec<f32>,
}

impl Conv {
    /// Whether every channel has its own single filter.
    pub fn is_depthwise(&self) -> bool {
        self.groups > 1 && self.groups == self.channels && self.groups == self.out_channels
    }

    /// Window, stride, dilation and padding before, as the plan has them.
    pub fn extents(&self) -> [[u32; 2]; 4] {
        [self.window, self.stride, self.dilation, self.pad_before].map(|pair| pair.map(|extent| extent as u32))
    }

    /// Multiply-accumulate operations for so many output pixels.
    pub fn multiply_accumulates(&self, pixels: usize) -> u64 {
        let window = self.window[0] * self.window[1] * (self.channels / self.groups);
        pixels as u64 * self.out_channels as u64 * window as u64
    }

    /// Multiplies the output channels by `scale`, then adds `offset`.
    pub fn fold(&mut self, scale: impl Fn(usize) -> f32, offset: impl Fn(usize) -> f32) {
        for channel in 0..self.out_channels {
            self.weights.scale[channel] *= scale(channel);
            self.bias[channel] = self.bias[channel] * scale(channel) + offset(channel);
        }
    }
}
