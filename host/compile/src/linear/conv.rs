//! A convolution's integers.

use super::{Integers, pack};
use crate::kernel::Conv;
use maasm_plan::ElementType;
use maasm_plan::op::{Linear, LinearOutput, MOST_CELLS, QLinearConv, Unary, byte_limits};

/// A thousandth of the largest sum.
const NEXT_TO_NOTHING: f64 = (1 << 21) as f64;
/// The largest difference of two bytes.
const LARGEST_INPUT: i64 = 255;

/// A convolution of bytes: what the plan holds of it.
pub struct LinearConv {
    /// The plan's operator.
    pub op: QLinearConv,
    /// As the operator wants them packed.
    pub weights: Vec<i8>,
    /// One for each output channel.
    pub bias: Vec<i32>,
    /// One for each output channel.
    pub multipliers: Vec<f32>,
}

/// How what a convolution reads and writes stands for numbers.
pub struct Scales {
    /// What it reads.
    pub input: Linear,
    /// What it writes, and as what; f32 numbers if absent.
    pub output: Option<(Linear, ElementType)>,
    /// What is added to it.
    pub residual: Option<Linear>,
}

impl LinearConv {
    /// The convolution with its weights' own integers; nothing if they, or what is fused behind them, are not such that
    /// bytes give the same.
    pub fn new(conv: &Conv, integers: &Integers, scales: &Scales) -> Option<Self> {
        let bounds = match conv.activation {
            None => (f32::NEG_INFINITY, f32::INFINITY),
            Some(Unary::Clamp { low, high }) => (low, high),
            Some(_) => return None,
        };
        let cells = conv.window[0] * conv.window[1];
        if conv.is_depthwise() && cells > MOST_CELLS as usize {
            return None;
        }
        let mut filters = Vec::with_capacity(conv.out_channels);
        let (mut bias, mut multipliers) = (Vec::new(), Vec::new());
        for channel in 0..conv.out_channels {
            let (filter, scale) = filter(conv, integers, channel)?;
            // Single roundings in this order, as onnxruntime does it.
            let step = scales.input.scale * scale * conv.weights.scale[channel];
            multipliers.push(scales.output.map_or(step, |(output, _)| step / output.scale));
            let exact = f64::from(scales.input.scale) * f64::from(scale) * f64::from(conv.weights.scale[channel]);
            bias.push(whole_bias(conv.bias[channel], exact, &filter)?);
            filters.push(filter);
        }
        if multipliers.iter().any(|multiplier| !multiplier.is_finite()) {
            return None;
        }
        let output = match scales.output {
            None => LinearOutput::Floats { low: bounds.0, high: bounds.1 },
            Some((linear, element_type)) => {
                let (low, high) = byte_bounds(&linear, element_type, bounds)?;
                LinearOutput::Bytes { zero: linear.zero, low, high }
            }
        };
        let residual = match (scales.residual, scales.output) {
            (None, _) => None,
            (Some(residual), Some((output, _))) => Some(ratio(&residual, &output)?),
            (Some(_), None) => return None,
        };
        let [window, stride, dilation, pad_before] = conv.extents();
        let (groups, zero) = (conv.groups as u32, scales.input.zero);
        let op = QLinearConv { window, stride, dilation, pad_before, groups, zero, output, residual };
        let weights = if conv.is_depthwise() { pack::depthwise(conv, &filters) } else { pack::panels(conv, &filters) };
        Some(Self { op, weights, bias, multipliers })
    }
}

/// The integers of an output channel in the order of window row, window column, input channel, and their one scale.
fn filter(conv: &Conv, integers: &Integers, channel: usize) -> Option<(Vec<i8>, f32)> {
    let [by_out, by_in, by_row, by_column] = conv.weights.strides;
    let inputs = conv.channels / conv.groups;
    let scale = integers.scale(channel * by_out);
    let mut filter = Vec::with_capacity(conv.window[0] * conv.window[1] * inputs);
    for row in 0..conv.window[0] {
        for column in 0..conv.window[1] {
            for input in 0..inputs {
                let place = channel * by_out + input * by_in + row * by_row + column * by_column;
                // Unsigned weights may be further from their zero point than a byte can say.
                filter.push(i8::try_from(integers.number(place)).ok()?);
                if integers.scale(place) != scale {
                    return None;
                }
            }
        }
    }
    Some((filter, scale))
}

/// The bias in steps of the sums, if these fit 32 bits with it. quantize_static makes steps just so large that the bias
/// alone does: what the sums are too large by is taken off it, if that is next to nothing.
fn whole_bias(bias: f32, step: f64, filter: &[i8]) -> Option<i32> {
    let whole = if bias == 0.0 { 0.0 } else { (f64::from(bias) / step).round_ties_even() };
    let most: i64 = filter.iter().map(|&weight| i64::from(weight).abs() * LARGEST_INPUT).sum();
    let room = (i64::from(i32::MAX) - most) as f64;
    let fits = room >= 0.0 && whole.is_finite() && whole.abs() - room <= NEXT_TO_NOTHING;
    fits.then(|| whole.clamp(-room, room) as i32)
}

/// The bytes that stand for the bounds of an activation.
pub fn byte_bounds(linear: &Linear, element_type: ElementType, (low, high): (f32, f32)) -> Option<(i16, i16)> {
    let (least, greatest) = byte_limits(element_type).ok()?;
    let byte = |number: f32| {
        let byte = (number / linear.scale).round_ties_even() + f32::from(linear.zero);
        byte.clamp(f32::from(least), f32::from(greatest)) as i16
    };
    Some((byte(low), byte(high)))
}

/// What is added, in steps of what it is added to.
pub fn ratio(added: &Linear, to: &Linear) -> Option<Linear> {
    let scale = added.scale / to.scale;
    (scale.is_finite() && scale > 0.0).then_some(Linear { scale, zero: added.zero })
}
