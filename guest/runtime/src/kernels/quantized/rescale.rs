//! Sums become numbers, and numbers become other numbers.

use super::Output;
use crate::simd::dot::{Dot, Finish, clamp, nearest};
use maasm_plan::op::{LARGEST, QuantizedConv, Rescaled, Scale};
use std::ops::Range;

/// How many numbers are computed at once.
pub const LANES: usize = 8;

/// How a convolution's sums become numbers.
pub fn finish(op: &QuantizedConv) -> Finish {
    let (residual_zero, residual_scale) =
        op.residual.map_or((0, 0.0), |residual| (i32::from(residual.zero), residual.scale));
    let (low, high, highest, zero) = match op.output {
        Rescaled::Bytes { zero, low, high } => {
            let from_zero = |bound: u8| f32::from(bound) - f32::from(zero);
            (from_zero(low), from_zero(high), high, zero)
        }
        Rescaled::Floats { low, high } => (low, high, 0, 0),
    };
    Finish { low, high, highest: [highest; 16], zero: zero.into(), residual_zero, residual_scale }
}

/// Multipliers as f32, of which the plan holds the upper halves.
pub fn widen(halves: &[u16], multipliers: &mut [f32]) {
    for (to, &half) in multipliers.iter_mut().zip(halves) {
        *to = f32::from_bits(u32::from(half) << 16);
    }
}

/// Eight sums as f32 numbers.
fn floats(sums: &[i32; LANES], multipliers: &[f32; LANES], finish: &Finish) -> [f32; LANES] {
    let mut numbers = [0.0; LANES];
    for i in 0..LANES {
        numbers[i] = clamp(sums[i] as f32 * multipliers[i], finish.low, finish.high);
    }
    numbers
}

/// Writes up to eight channels of a pixel, which lie at these places of output and residual.
#[inline(always)]
pub fn write<D: Dot>(
    sums: &[i32; LANES],
    multipliers: &[f32],
    finish: &Finish,
    residual: Option<&[u8]>,
    places: Range<usize>,
    y: &mut Output,
) {
    let count = places.len();
    let mut factors = [0.0; LANES];
    factors[..count].copy_from_slice(multipliers);
    match y {
        Output::Floats(y) => y[places].copy_from_slice(&floats(sums, &factors, finish)[..count]),
        Output::Bytes(y) => {
            let (mut bytes, mut added) = ([0; LANES], [0; LANES]);
            if let Some(residual) = residual {
                added[..count].copy_from_slice(&residual[places.clone()]);
            }
            let residual = residual.map(|_| added.as_ptr());
            // SAFETY: there are eight sums and eight multipliers, and eight bytes at either.
            unsafe {
                let sums = [D::load(sums.as_ptr()); 2];
                D::finish(sums, factors.as_ptr(), finish, residual.map(|at| [at; 2]), [bytes.as_mut_ptr(); 2]);
            }
            y[places].copy_from_slice(&bytes[..count]);
        }
    }
}

/// The specification.
#[cfg(any(test, feature = "self-check"))]
pub fn scalar(op: &QuantizedConv, sum: i32, multiplier: f32, residual: Option<u8>, place: usize, y: &mut Output) {
    let number = sum as f32 * multiplier;
    match (y, op.output) {
        (Output::Floats(y), Rescaled::Floats { low, high }) => y[place] = number.max(low).min(high),
        (Output::Bytes(y), Rescaled::Bytes { zero, low, high }) => {
            let added = match (residual, op.residual) {
                (Some(byte), Some(residual)) => f32::from(i16::from(byte) - i16::from(residual.zero)) * residual.scale,
                _ => 0.0,
            };
            let number = number + added;
            let bound = |bound: u8| f32::from(bound) - f32::from(zero);
            y[place] = (number.max(bound(low)).min(bound(high)).round_ties_even() + f32::from(zero)) as u8;
        }
        _ => unreachable!("validation has made sure that the output is of the operator's kind"),
    }
}

/// f32 numbers become numbers of seven bits.
pub fn quantize(op: &Scale, x: &[f32], y: &mut [u8]) {
    let factor = 1.0 / op.scale;
    let zero = i32::from(op.zero);
    let (low, high) = (-f32::from(op.zero), f32::from(LARGEST) - f32::from(op.zero));
    for (y, x) in y.iter_mut().zip(x) {
        *y = (nearest(clamp(x * factor, low, high)) + zero) as u8;
    }
}

/// Numbers of seven bits become f32 numbers.
pub fn dequantize(op: &Scale, x: &[u8], y: &mut [f32]) {
    let zero = i32::from(op.zero);
    for (y, x) in y.iter_mut().zip(x) {
        *y = (i32::from(*x) - zero) as f32 * op.scale;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_rounded_to_the_nearest_step_and_ties_to_the_even_one() {
        let op = Scale { scale: 0.5, zero: 10 };
        let x = [0.0, 0.25, 0.75, -0.25, 0.26, 100.0, -100.0, f32::NAN, f32::INFINITY];
        let mut y = [0; 9];
        quantize(&op, &x, &mut y);
        assert_eq!(y, [10, 10, 12, 10, 11, 127, 0, 0, 127]);
        let mut back = [0.0; 9];
        dequantize(&op, &y, &mut back);
        assert_eq!(back, [0.0, 0.0, 1.0, 0.0, 0.5, 58.5, -5.0, -5.0, 58.5]);
    }
}
