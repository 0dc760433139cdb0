//! Sums become numbers.

use super::{Bytes, LANES, Output};
use crate::simd::dot::{clamp, nearest};
use maasm_plan::op::{LinearOutput, QLinearConv};
use std::ops::Range;

/// How a convolution's sums become what it writes.
pub struct Writer<'a, 'b, 'c> {
    y: &'a mut Output<'b>,
    residual: Option<(Bytes<'c>, f32)>,
    /// The lowest and the highest result, less `zero`.
    low: f32,
    high: f32,
    zero: i32,
}

impl<'a, 'b, 'c> Writer<'a, 'b, 'c> {
    /// What a convolution does.
    pub fn new(op: &QLinearConv, residual: Option<Bytes<'c>>, y: &'a mut Output<'b>) -> Self {
        let (low, high, zero) = match op.output {
            LinearOutput::Bytes { zero, low, high } => (f32::from(low - zero), f32::from(high - zero), i32::from(zero)),
            LinearOutput::Floats { low, high } => (low, high, 0),
        };
        Self { y, residual: residual.zip(op.residual.map(|residual| residual.scale)), low, high, zero }
    }

    /// Writes up to eight channels of a pixel, which lie at these places of output and residual.
    #[inline(always)]
    pub fn write(&mut self, sums: &[i32; LANES], multipliers: &[f32; LANES], places: Range<usize>) {
        let count = places.len();
        let mut numbers = [0.0; LANES];
        for i in 0..LANES {
            numbers[i] = sums[i] as f32 * multipliers[i];
        }
        if let Some((residual, scale)) = &self.residual {
            let mut bytes = [0; LANES];
            copy(&mut bytes, &residual.bytes[places.clone()]);
            for i in 0..LANES {
                numbers[i] += f32::from(residual.centred(bytes[i])) * scale;
            }
        }
        let (low, high, zero) = (self.low, self.high, self.zero);
        let numbers = numbers.map(|number| clamp(number, low, high));
        match self.y {
            Output::Floats(y) => y[places].copy_from_slice(&numbers[..count]),
            Output::Bytes(y) => {
                let bytes = numbers.map(|number| (nearest(number) + zero) as u8);
                let y = &mut y[places];
                match y.as_mut_array::<LANES>() {
                    Some(y) => *y = bytes,
                    None => y.copy_from_slice(&bytes[..count]),
                }
            }
        }
    }
}

/// The bytes there are, the usual eight without a call.
#[inline(always)]
fn copy(to: &mut [u8; LANES], from: &[u8]) {
    match from.try_into() {
        Ok(from) => *to = from,
        Err(_) => to[..from.len()].copy_from_slice(from),
    }
}

/// The specification.
#[cfg(any(test, feature = "self-check"))]
pub fn scalar(op: &QLinearConv, sum: i32, multiplier: f32, residual: Option<i16>, place: usize, y: &mut Output) {
    let number = sum as f32 * multiplier;
    match (y, op.output) {
        (Output::Floats(y), LinearOutput::Floats { low, high }) => y[place] = number.max(low).min(high),
        (Output::Bytes(y), LinearOutput::Bytes { zero, low, high }) => {
            let added = residual.zip(op.residual).map_or(0.0, |(byte, residual)| f32::from(byte) * residual.scale);
            let number = number + added;
            let bound = |bound: i16| f32::from(bound) - f32::from(zero);
            let rounded = number.max(bound(low)).min(bound(high)).round_ties_even() + f32::from(zero);
            y[place] = rounded as i16 as u8;
        }
        _ => unreachable!("validation has made sure that the output is of the operator's kind"),
    }
}
