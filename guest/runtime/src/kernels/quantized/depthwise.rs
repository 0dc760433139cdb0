//! Depthwise convolution: every channel has its own filter.

use super::rescale::{LANES, Rescale};
use super::{Operands, Output};
use crate::kernels::{Geometry, Window};
use crate::simd::{Kernel, Simd};
use maasm_plan::op::{MOST_CELLS, QuantizedConv};

const CELLS: usize = MOST_CELLS as usize;

/// A convolution to be run.
pub struct Depthwise<'a, 'b> {
    pub op: &'a QuantizedConv,
    pub geometry: &'a Geometry,
    pub operands: &'a Operands<'a>,
    pub y: &'a mut Output<'b>,
    /// A row of channels.
    pub scratch: &'a mut [u8],
}

impl Kernel for Depthwise<'_, '_> {
    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self { op, geometry, operands, y, scratch } = self;
        let window = Window { window: op.window, stride: op.stride, dilation: op.dilation, pad_before: op.pad_before };
        let (channels, rescale) = (geometry.channels, Rescale::new(op));
        let pixels = geometry.size[0] * geometry.size[1];
        let cells = op.window[0] as usize * op.window[1] as usize;
        // What a padded cell sees.
        scratch.fill(op.zero);
        let padding = &scratch[..channels];
        for (place, [n, row, column]) in geometry.out_pixels().enumerate() {
            let first_place = place * channels;
            let mut seen = [padding; CELLS];
            for (cell, pixel) in window.cells(geometry.size, [row, column]) {
                seen[cell] = &operands.x[(n * pixels + pixel) * channels..][..channels];
            }
            let seen = &seen[..cells];
            let mut channel = 0;
            while channel < channels {
                let lanes = (channels - channel).min(LANES);
                let (mut sums, mut multipliers) = ([0; LANES], [0.0; LANES]);
                sums[..lanes].copy_from_slice(&operands.bias[channel..channel + lanes]);
                multipliers[..lanes].copy_from_slice(&operands.multipliers[channel..channel + lanes]);
                for (cell, x) in seen.iter().enumerate() {
                    let weights = &operands.weights[cell * channels + channel..][..lanes];
                    let x = &x[channel..channel + lanes];
                    if let (Ok(x), Ok(weights)) = (<&[u8; LANES]>::try_from(x), <&[i8; LANES]>::try_from(weights)) {
                        for i in 0..LANES {
                            // At most 127 · 127, which 16 bits hold.
                            sums[i] += i32::from(i16::from(x[i]) * i16::from(weights[i]));
                        }
                    } else {
                        for i in 0..lanes {
                            sums[i] += i32::from(x[i]) * i32::from(weights[i]);
                        }
                    }
                }
                write(&rescale, operands, &sums, &multipliers, first_place + channel, lanes, y);
                channel += lanes;
            }
        }
    }
}

#[inline(always)]
fn write(
    rescale: &Rescale,
    operands: &Operands,
    sums: &[i32; LANES],
    multipliers: &[f32; LANES],
    place: usize,
    lanes: usize,
    y: &mut Output,
) {
    match y {
        Output::Floats(y) => y[place..place + lanes].copy_from_slice(&rescale.floats(sums, multipliers)[..lanes]),
        Output::Bytes(y) => {
            let mut residual = [0; LANES];
            let residual = operands.residual.map(|all| {
                residual[..lanes].copy_from_slice(&all[place..place + lanes]);
                &residual
            });
            y[place..place + lanes].copy_from_slice(&rescale.bytes(sums, multipliers, residual)[..lanes]);
        }
    }
}
