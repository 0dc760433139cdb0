//! The kernels' parameters. One operator family is one file: its parameters and the check of its operands.
//!
//! To add one, add its file, list it in [`Op`] (at the end: the binary encoding numbers the variants) and in
//! [`Op::check`].

mod binary;
mod cast;
mod contract;
mod conv;
mod copy;
mod cumulate;
mod depthwise;
mod fill;
mod found;
mod gather;
mod grid_sample;
mod linear;
mod linear_conv;
mod local_response;
mod pool;
mod quantized;
mod reduce;
mod resample;
mod select;
mod softmax;
mod top;
mod unary;
mod unpack;
mod widen;

pub use binary::{Binary, BinaryKind};
pub use contract::Contract;
pub use conv::{Conv, PANEL};
pub use copy::Copy;
pub use cumulate::Cumulate;
pub use depthwise::Depthwise;
pub use fill::Fill;
pub use found::{Count, NonZero, Suppress};
pub use gather::{Combine, Component, Gather, Places, Scatter};
pub use grid_sample::{GridBorder, GridMode, GridSample};
pub use linear::{Linear, QLinearAdd, byte_limits};
pub use linear_conv::{LinearOutput, MOST_CELLS, PAIR, QLinearConv};
pub use local_response::LocalResponse;
pub use pool::{Pool, PoolKind};
pub use quantized::{LARGEST, MOST_WEIGHT, QUAD, QUANTIZED_PANEL, QuantizedConv, Rescaled, SLACK, Scale};
pub use reduce::{Reduce, ReduceKind};
pub use resample::Resample;
pub use select::Select;
pub use softmax::Softmax;
pub use top::Top;
pub use unary::Unary;

use crate::{ElementType, Tensor};
use alloc::format;
use alloc::string::String;
use serde::{Deserialize, Serialize};

/// What one step computes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Op {
    /// Dense or grouped convolution, and with a 1×1 window also matrix multiplication by constant weights.
    Conv(Conv),
    /// Depthwise convolution: every channel has its own filter.
    Depthwise(Depthwise),
    /// Max or average pooling.
    Pool(Pool),
    /// An element-wise function of one tensor.
    Unary(Unary),
    /// An element-wise function of two tensors, with broadcasting.
    Binary(Binary),
    /// A reduction over one (possibly merged) axis.
    Reduce(Reduce),
    /// Softmax or log-softmax over one axis.
    Softmax(Softmax),
    /// A strided copy: transposition, slicing, concatenation, padding and expansion are all this.
    Copy(Copy),
    /// Every element set to one value.
    Fill(Fill),
    /// Local response normalisation across channels.
    LocalResponse(LocalResponse),
    /// A change of element type, from the input's to the output's.
    Cast,
    /// A choice between two tensors.
    Select(Select),
    /// Reading at computed places.
    Gather(Gather),
    /// Writing at computed places.
    Scatter(Scatter),
    /// Interpolation along one axis.
    Resample(Resample),
    /// Running sums.
    Cumulate(Cumulate),
    /// The largest or smallest elements.
    Top(Top),
    /// Sums of products of integers.
    Contract(Contract),
    /// A picture looked at through a grid.
    GridSample(GridSample),
    /// Boxes that no better one overlaps.
    Suppress(Suppress),
    /// Where a tensor is not zero.
    NonZero(NonZero),
    /// How many rows are used.
    Count(Count),
    /// f32 numbers become numbers of seven bits.
    Quantize(Scale),
    /// Numbers of seven bits become f32 numbers.
    Dequantize(Scale),
    /// Convolution of numbers of seven bits.
    QuantizedConv(QuantizedConv),
    /// Elements that are not zero come to their places.
    Unpack,
    /// f32 numbers become bytes, as ONNX defines it.
    QuantizeLinear(Linear),
    /// Bytes become f32 numbers, as ONNX defines it.
    DequantizeLinear(Linear),
    /// Convolution of bytes, as ONNX defines it.
    QLinearConv(QLinearConv),
    /// The sum of two tensors of bytes.
    QLinearAdd(QLinearAdd),
    /// Weights of eight bits become f32 numbers.
    Widen,
}

/// What a step's operands are, for [`Op::check`].
pub struct Operands<'a> {
    /// The step's inputs, in order.
    pub inputs: &'a [&'a Tensor],
    /// The step's outputs, in order.
    pub outputs: &'a [&'a Tensor],
    /// The step's scratch tensor, if it has one.
    pub scratch: Option<&'a Tensor>,
}

impl Op {
    /// Whether the operands' number, types and shapes are exactly what the kernel will read and write.
    ///
    /// # Errors
    /// A sentence that says which operand is wrong and how.
    pub fn check(&self, operands: &Operands) -> Result<(), String> {
        match self {
            Self::Conv(op) => op.check(operands),
            Self::Depthwise(op) => op.check(operands),
            Self::Pool(op) => op.check(operands),
            Self::Unary(op) => op.check(operands),
            Self::Binary(op) => op.check(operands),
            Self::Reduce(op) => op.check(operands),
            Self::Softmax(op) => op.check(operands),
            Self::Copy(op) => op.check(operands),
            Self::Fill(_) => fill::check(operands),
            Self::LocalResponse(op) => op.check(operands),
            Self::Cast => cast::check(operands),
            Self::Select(op) => op.check(operands),
            Self::Gather(op) => op.check(operands),
            Self::Scatter(op) => op.check(operands),
            Self::Resample(op) => op.check(operands),
            Self::Cumulate(op) => op.check(operands),
            Self::Top(op) => op.check(operands),
            Self::Contract(op) => op.check(operands),
            Self::GridSample(op) => op.check(operands),
            Self::Suppress(op) => op.check(operands),
            Self::NonZero(op) => op.check(operands),
            Self::Count(op) => op.check(operands),
            Self::Quantize(scale) => scale.check(operands, ElementType::F32, ElementType::U8),
            Self::Dequantize(scale) => scale.check(operands, ElementType::U8, ElementType::F32),
            Self::QuantizedConv(op) => op.check(operands),
            Self::Unpack => unpack::check(operands),
            Self::QuantizeLinear(op) => op.check_quantize(operands),
            Self::DequantizeLinear(op) => op.check_dequantize(operands),
            Self::QLinearConv(op) => op.check(operands),
            Self::QLinearAdd(op) => op.check(operands),
            Self::Widen => widen::check(operands),
        }
    }

    /// Whether the first output may be the very tensor that the input at `index` is: the kernel then reads each
    /// element before it writes it.
    pub fn works_in_place(&self, index: usize) -> bool {
        match self {
            Self::Unary(_) | Self::Scatter(_) => index == 0,
            Self::Binary(op) => op.works_in_place(index),
            _ => false,
        }
    }
}

fn need(condition: bool, message: impl FnOnce() -> String) -> Result<(), String> {
    if condition { Ok(()) } else { Err(message()) }
}

impl<'a> Operands<'a> {
    /// The inputs and the one output, if their numbers are right.
    fn io<const N: usize>(&self) -> Result<([&'a Tensor; N], &'a Tensor), String> {
        let inputs: [&Tensor; N] =
            self.inputs.try_into().map_err(|_| format!("needs {N} inputs, has {}", self.inputs.len()))?;
        match *self.outputs {
            [output] => Ok((inputs, output)),
            _ => Err(format!("needs 1 output, has {}", self.outputs.len())),
        }
    }

    /// The inputs and the one output, if their numbers are right and all are f32.
    fn f32_io<const N: usize>(&self) -> Result<([&'a Tensor; N], &'a Tensor), String> {
        let (inputs, output) = self.io()?;
        for t in inputs.iter().chain([&output]) {
            need(t.element_type == ElementType::F32, || format!("needs f32 operands, has {:?}", t.element_type))?;
        }
        Ok((inputs, output))
    }
}

/// `[batch, height, width, channels]` of an image activation.
fn image(t: &Tensor, what: &str) -> Result<[u32; 4], String> {
    let shape: [u32; 4] = t
        .shape
        .as_slice()
        .try_into()
        .map_err(|_| format!("{what} must be [batch, height, width, channels], is {:?}", t.shape))?;
    need(shape.iter().all(|&d| d > 0), || format!("{what} is empty: {:?}", t.shape))?;
    Ok(shape)
}

/// How many cells, padding and all, a window sees along each axis that has so many places.
fn reach(out: [u32; 2], window: [u32; 2], stride: [u32; 2], dilation: [u32; 2]) -> [u32; 2] {
    [0, 1].map(|axis| (out[axis] - 1) * stride[axis] + (window[axis] - 1) * dilation[axis] + 1)
}

/// Whether a window slid over `size` cells padded by `before` and at most `window` cells behind gives `out` places.
///
/// The padding behind is not stored: it is whatever the last place needs.
fn window_fits(size: u32, before: u32, window: u32, stride: u32, dilation: u32, out: u32) -> Result<(), String> {
    need(window > 0 && stride > 0 && dilation > 0 && out > 0, || {
        format!("window {window}, stride {stride}, dilation {dilation} and output {out} must all be positive")
    })?;
    let reach = (u64::from(window) - 1).saturating_mul(u64::from(dilation)).saturating_add(1);
    need(u64::from(before) < reach.max(2), || format!("padding {before} is as large as the window {reach}"))?;
    let last = (u64::from(out) - 1).saturating_mul(u64::from(stride));
    need(last < u64::from(size) + u64::from(before), || {
        format!("output {out} at stride {stride} begins behind the input {size} with padding {before}")
    })?;
    need(last.saturating_add(reach) <= i32::MAX as u64, || {
        format!("a window that reaches to {} is too large", last.saturating_add(reach))
    })
}
