//! A convolution's integers.

use super::pack;
use super::range::byte;
use crate::kernel::Conv;
use crate::pack::elements;
use maasm_plan::op::{self, Rescaled, Scale, Unary};

/// The largest weight: −128 is left out, so that two products fit 16 bits. Four do where [`op::MOST_WEIGHT`] is kept to.
const LARGEST_WEIGHT: f32 = 127.0;
/// No bias is larger: sums then fit 32 bits.
const LARGEST_BIAS: f32 = (1 << 29) as f32;
/// The most products in a sum, which then fits 32 bits with its bias.
const MOST_PRODUCTS: usize = 65_000;

/// A convolution of bytes in the making.
pub struct Quantized {
    /// As it was.
    pub conv: Conv,
    /// What it reads.
    pub input: Scale,
    /// The mean of each input channel on the samples.
    pub means: Vec<f32>,
    /// What it writes; f32 numbers if absent.
    pub output: Option<Scale>,
    /// What is added to it.
    pub residual: Option<Scale>,
}

/// What the plan holds of a convolution.
pub struct Integers {
    pub weights: Vec<i8>,
    pub bias: Vec<i32>,
    /// The upper halves of f32 numbers whose lower ones are 0.
    pub multipliers: Vec<u16>,
}

/// Whether a convolution can be one of bytes.
pub fn fits(conv: &Conv) -> bool {
    let cells = conv.window[0] * conv.window[1];
    let clamps = matches!(conv.activation, None | Some(Unary::Clamp { .. }));
    let products = cells * (conv.channels / conv.groups);
    clamps && products <= MOST_PRODUCTS
}

impl Quantized {
    /// The plan's operator.
    pub fn op(&self) -> op::QuantizedConv {
        let conv = &self.conv;
        let (low, high) = match conv.activation {
            Some(Unary::Clamp { low, high }) => (low, high),
            _ => (f32::NEG_INFINITY, f32::INFINITY),
        };
        let output = match self.output {
            Some(scale) => Rescaled::Bytes { zero: scale.zero, low: byte(&scale, low), high: byte(&scale, high) },
            None => Rescaled::Floats { low, high },
        };
        let residual = self
            .residual
            .zip(self.output)
            .map(|(residual, output)| Scale { scale: residual.scale / output.scale, zero: residual.zero });
        let [window, stride, dilation, pad_before] = conv.extents();
        op::QuantizedConv {
            window,
            stride,
            dilation,
            pad_before,
            groups: conv.groups as u32,
            zero: self.input.zero,
            output,
            residual,
        }
    }

    /// Weights, bias and multipliers. Weights have a scale for each output channel (Krishnamoorthi 2018), larger
    /// than the largest one needs where they would not fit the kernel's 16 bits otherwise, and always so much, at most 1/128,
    /// that the multiplier is exactly one of half as many bits; what rounding them adds to a channel on the samples is taken off
    /// its bias (Nagel et al. 2019).
    pub fn integers(&self) -> Integers {
        let conv = &self.conv;
        let (inputs, outputs) = (conv.channels / conv.groups, conv.out_channels / conv.groups);
        let [rows, columns] = conv.window;
        let elements = elements(conv);
        let filter = |output: usize| -> Vec<f32> {
            let places = (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column)));
            places
                .flat_map(|(row, column)| (0..inputs).map(move |input| [input, row, column]))
                .map(|place| pack::weight(conv, elements, output, place))
                .collect()
        };
        let (mut filters, mut bias, mut multipliers) = (Vec::new(), Vec::new(), Vec::new());
        for output in 0..conv.out_channels {
            let filter = filter(output);
            let largest = filter.iter().fold(0.0f32, |largest, weight| largest.max(weight.abs()));
            let mut scale = largest / LARGEST_WEIGHT;
            // A bias beside which the weights are nothing.
            scale = scale.max(conv.bias[output].abs() / self.input.scale / LARGEST_BIAS);
            if scale <= f32::MIN_POSITIVE {
                scale = 1.0;
            }
            let to = self.output.map_or(1.0, |output| f64::from(output.scale));
            let input_scale = f64::from(self.input.scale);
            let (half, step, scale, rounded) = loop {
                let (half, multiplier) = upper_half((f64::from(scale) * input_scale / to) as f32);
                let step = f64::from(multiplier) * to;
                let exact = step / input_scale;
                let rounded = round(&filter, exact as f32);
                match self.excess(&rounded) {
                    Some(excess) => scale = exact as f32 * excess,
                    None => break (half, step, exact, rounded),
                }
            };
            let first = output / outputs * inputs;
            let lost: f64 = filter
                .iter()
                .zip(&rounded)
                .enumerate()
                .map(|(place, (&weight, &kept))| {
                    let mean = self.means.get(first + place % inputs).copied().unwrap_or(0.0);
                    (f64::from(weight) - f64::from(kept) * scale) * f64::from(mean)
                })
                .sum();
            let of_zero: i64 =
                rounded.iter().map(|&weight| i64::from(weight)).sum::<i64>() * i64::from(self.input.zero);
            let own = ((f64::from(conv.bias[output]) + lost) / step).round_ties_even() as i64;
            bias.push((own - of_zero).clamp(i64::from(i32::MIN) / 2, i64::from(i32::MAX) / 2) as i32);
            multipliers.push(half);
            filters.push(rounded);
        }
        let weights = if conv.is_depthwise() { pack::depthwise(conv, &filters) } else { pack::panels(conv, &filters) };
        Integers { weights, bias, multipliers }
    }

    /// By what factor the absolute values of a filter's weights that are added up in 16 bits are together too large, if they
    /// are.
    fn excess(&self, filter: &[i8]) -> Option<f32> {
        if self.conv.is_depthwise() {
            return None;
        }
        let quad = op::QUAD as usize;
        let cells = filter.chunks_exact(self.conv.channels / self.conv.groups);
        // Half of each four, in the order in which the kernel reads them.
        let halves: Vec<[i32; 2]> = cells
            .flat_map(|cell| cell.chunks(quad))
            .map(|four| {
                let sum = |half: &[i8]| half.iter().map(|weight| i32::from(weight.unsigned_abs())).sum();
                let (first, last) = four.split_at(four.len().min(quad / 2));
                [sum(first), sum(last)]
            })
            .collect();
        let spans = halves.chunks_exact(self.op().contiguous(self.conv.channels as u32) as usize);
        let pairs = spans.flat_map(|span| span.chunks(2));
        let largest = pairs.flat_map(|pair| [0, 1].map(|half| pair.iter().map(|four| four[half]).sum::<i32>())).max();
        largest.filter(|&largest| largest > op::MOST_WEIGHT).map(|largest| largest as f32 / op::MOST_WEIGHT as f32)
    }
}

/// The least number that is not below this one and of which the lower 16 bits are 0: its upper ones, and itself.
fn upper_half(number: f32) -> (u16, f32) {
    let number = number.clamp(f32::MIN_POSITIVE, f32::from_bits(0x7f7f_0000));
    let half = number.to_bits().div_ceil(1 << 16) as u16;
    (half, f32::from_bits(u32::from(half) << 16))
}

/// The nearest integers.
fn round(filter: &[f32], scale: f32) -> Vec<i8> {
    let rounded = filter.iter().map(|weight| (weight / scale).round_ties_even());
    rounded.map(|weight| weight.clamp(-LARGEST_WEIGHT, LARGEST_WEIGHT) as i8).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_a_number_is_at_most_a_128th_above_it() {
        for number in [1e-30, 5.5e-5, 0.002, 0.999_999, 1.0, 1.000_000_1, 3.999, 1e30] {
            let (half, whole) = upper_half(number);
            assert_eq!(u32::from(half) << 16, whole.to_bits());
            assert!(number <= whole && whole <= number * (1.0 + 1.0 / 128.0), "{number} becomes {whole}");
        }
    }

    #[test]
    fn what_no_half_stands_for_becomes_the_nearest_one() {
        for number in [0.0, f32::MIN_POSITIVE / 2.0, -1.0] {
            assert_eq!(upper_half(number).1, f32::MIN_POSITIVE);
        }
        assert!(upper_half(f32::MAX).1.is_finite());
    }
}
