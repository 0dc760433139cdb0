//! Bytes as ONNX quantises linearly: into and out of them, sums and convolutions of them. Every host gets the same bits.

mod dense;
mod depthwise;
mod elementwise;
mod image;
mod write;

pub use elementwise::{add, dequantize, quantize};

use super::Geometry;
#[cfg(any(test, feature = "self-check"))]
use super::Window;
use crate::simd::Level;
use maasm_plan::ElementType;
use maasm_plan::op::QLinearConv;

/// How many numbers are computed at once.
const LANES: usize = 8;

/// Bytes of U8 or I8, less what stands for 0.
#[derive(Clone, Copy)]
pub struct Bytes<'a> {
    bytes: &'a [u8],
    /// Makes U8 of what is I8.
    flip: u8,
    /// What stands for 0 in U8.
    zero: i16,
}

impl<'a> Bytes<'a> {
    /// Bytes of a type, in which `zero` stands for 0.
    pub fn new(element_type: ElementType, bytes: &'a [u8], zero: i16) -> Self {
        match element_type {
            ElementType::I8 => Self { bytes, flip: 128, zero: zero + 128 },
            _ => Self { bytes, flip: 0, zero },
        }
    }

    /// One of them less zero.
    #[inline(always)]
    fn centred(&self, byte: u8) -> i16 {
        i16::from(byte ^ self.flip) - self.zero
    }
}

/// What a convolution reads.
#[derive(Clone, Copy)]
pub struct Operands<'a> {
    /// `[batch, height, width, channels]`.
    pub x: Bytes<'a>,
    /// Packed as [`QLinearConv`] tells.
    pub weights: &'a [i8],
    /// One for each output channel.
    pub bias: &'a [i32],
    /// One for each output channel.
    pub multipliers: &'a [f32],
    /// Of the output's shape.
    pub residual: Option<Bytes<'a>>,
}

/// What a convolution writes.
pub enum Output<'a> {
    /// Bytes of U8 or I8.
    Bytes(&'a mut [u8]),
    /// f32 numbers.
    Floats(&'a mut [f32]),
}

/// A convolution to be run.
struct Work<'a, 'b> {
    op: &'a QLinearConv,
    geometry: &'a Geometry,
    operands: &'a Operands<'a>,
    y: &'a mut Output<'b>,
    /// What [`QLinearConv::scratch`] tells.
    scratch: &'a mut [i16],
}

/// Runs the fast kernel.
pub fn run(
    level: Level,
    op: &QLinearConv,
    geometry: &Geometry,
    operands: &Operands,
    y: &mut Output,
    scratch: &mut [i16],
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
pub fn scalar(op: &QLinearConv, geometry: &Geometry, operands: &Operands, y: &mut Output) {
    use maasm_plan::op::{PAIR, QUANTIZED_PANEL};
    let (panel_width, pair) = (QUANTIZED_PANEL as usize, PAIR as usize);
    let groups = op.groups as usize;
    let [channels, out_channels] = [geometry.channels / groups, geometry.out_channels / groups];
    let depthwise = op.is_depthwise(geometry.channels as u32, geometry.out_channels as u32);
    let pairs = channels.div_ceil(pair);
    let cells = op.window[0] as usize * op.window[1] as usize;
    let panels = out_channels.div_ceil(panel_width);
    let window = Window { window: op.window, stride: op.stride, dilation: op.dilation, pad_before: op.pad_before };
    let pixels = geometry.size[0] * geometry.size[1];
    let weight = |output: usize, cell: usize, input: usize| {
        let (group, within) = (output / out_channels, output % out_channels);
        let place = match depthwise {
            true => (cell / pair * geometry.channels.next_multiple_of(panel_width) + output) * pair + cell % pair,
            false => {
                let panel = group * panels + within / panel_width;
                let row = (panel * cells + cell) * pairs + input / pair;
                (row * panel_width + within % panel_width) * pair + input % pair
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
            for &(cell, pixel) in &inside {
                for input in 0..channels {
                    let x = operands.x.bytes[(n * pixels + pixel) * geometry.channels + first + input];
                    sum += i32::from(operands.x.centred(x)) * weight(output, cell, input);
                }
            }
            let residual = operands.residual.map(|residual| residual.centred(residual.bytes[place]));
            write::scalar(op, sum, operands.multipliers[output], residual, place, y);
            place += 1;
        }
    }
}
