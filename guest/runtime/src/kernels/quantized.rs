//! Numbers of seven bits: into and out of them, and convolutions of them. Every host gets the same bits.

mod dense;
mod depthwise;
mod image;
mod rescale;

pub use rescale::{dequantize, quantize, widen};

use super::Geometry;
#[cfg(any(test, feature = "self-check"))]
use super::Window;
use crate::simd::Level;
use maasm_plan::op::QuantizedConv;

/// What a convolution reads.
#[derive(Clone, Copy)]
pub struct Operands<'a> {
    /// `[batch, height, width, channels]`, from 0 to 127.
    pub x: &'a [u8],
    /// Packed as [`QuantizedConv`] tells.
    pub weights: &'a [i8],
    /// One for each output channel.
    pub bias: &'a [i32],
    /// One for each output channel.
    pub multipliers: &'a [f32],
    /// Of the output's shape.
    pub residual: Option<&'a [u8]>,
}

/// What a convolution writes.
pub enum Output<'a> {
    /// Numbers of seven bits.
    Bytes(&'a mut [u8]),
    /// f32 numbers.
    Floats(&'a mut [f32]),
}

/// A convolution to be run.
struct Work<'a, 'b> {
    op: &'a QuantizedConv,
    geometry: &'a Geometry,
    operands: &'a Operands<'a>,
    y: &'a mut Output<'b>,
    /// As many bytes as [`QuantizedConv::padded`] tells.
    scratch: &'a mut [u8],
}

/// Runs the fast kernel.
pub fn run(
    level: Level,
    op: &QuantizedConv,
    geometry: &Geometry,
    operands: &Operands,
    y: &mut Output,
    scratch: &mut [u8],
) {
    let work = Work { op, geometry, operands, y, scratch };
    if op.is_depthwise(geometry.channels as u32, geometry.out_channels as u32) {
        level.run(depthwise::Depthwise(work));
    } else {
        level.run(dense::Dense(work));
    }
}

/// The specification.
#[cfg(any(test, feature = "self-check"))]
pub fn scalar(op: &QuantizedConv, geometry: &Geometry, operands: &Operands, y: &mut Output) {
    use maasm_plan::op::{QUAD, QUANTIZED_PANEL};
    let (panel_width, quad) = (QUANTIZED_PANEL as usize, QUAD as usize);
    let groups = op.groups as usize;
    let [channels, out_channels] = [geometry.channels / groups, geometry.out_channels / groups];
    let depthwise = op.is_depthwise(geometry.channels as u32, geometry.out_channels as u32);
    let quads = channels.div_ceil(quad);
    let cells = op.window[0] as usize * op.window[1] as usize;
    let panels = out_channels.div_ceil(panel_width);
    let window = Window { window: op.window, stride: op.stride, dilation: op.dilation, pad_before: op.pad_before };
    let pixels = geometry.size[0] * geometry.size[1];
    let weight = |output: usize, cell: usize, input: usize| {
        let (group, within) = (output / out_channels, output % out_channels);
        let place = match depthwise {
            true => {
                let [rows, columns] = op.window.map(|extent| extent as usize);
                let (row, column) = (cell / columns, cell % columns);
                let first = row / quad * quad;
                let of_column = (output / panel_width * columns + column) * panel_width * rows;
                of_column + first * panel_width + output % panel_width * quad.min(rows - first) + row % quad
            }
            false => {
                let panel = group * panels + within / panel_width;
                let row = (panel * cells + cell) * quads + input / quad;
                (row * panel_width + within % panel_width) * quad + input % quad
            }
        };
        i32::from(operands.weights[place])
    };
    let mut place = 0;
    for [n, row, column] in geometry.out_pixels() {
        let inside: Vec<(usize, usize)> = window.cells(geometry.size, [row, column]).collect();
        for output in 0..geometry.out_channels {
            let first = output / out_channels * channels;
            let mut sum = operands.bias[output];
            for cell in 0..cells {
                let pixel = inside.iter().find(|(inside, _)| *inside == cell).map(|(_, pixel)| *pixel);
                for input in 0..channels {
                    let at = |pixel| operands.x[(n * pixels + pixel) * geometry.channels + first + input];
                    sum += i32::from(pixel.map_or(op.zero, at)) * weight(output, cell, input);
                }
            }
            let residual = operands.residual.map(|residual| residual[place]);
            rescale::scalar(op, sum, operands.multipliers[output], residual, place, y);
            place += 1;
        }
    }
}
