//! Dense and grouped convolution.

mod packed;
mod tiled;

pub use packed::WORKSPACE;

use super::Geometry;
#[cfg(any(test, feature = "self-check"))]
use super::{Window, unary};
use crate::simd::Level;
use maasm_plan::op::{Conv, PANEL};

const WIDTH: usize = PANEL as usize;

/// What a convolution reads.
#[derive(Clone, Copy)]
pub struct Operands<'a> {
    /// `[batch, height, width, channels]`.
    pub x: &'a [f32],
    /// Packed as [`Conv`] tells.
    pub weights: &'a [f32],
    /// One for each output channel.
    pub bias: Option<&'a [f32]>,
    /// Of the output's shape.
    pub residual: Option<&'a [f32]>,
}

/// Runs the fast kernel. `workspace` holds [`WORKSPACE`] floats.
pub fn run(
    level: Level,
    op: &Conv,
    geometry: &Geometry,
    operands: &Operands,
    y: &mut [f32],
    scratch: &mut [f32],
    workspace: &mut [f32],
) {
    level.run(tiled::Tiled { op, geometry, operands, y, scratch, workspace });
}

#[cfg(any(test, feature = "self-check"))]
fn window(op: &Conv) -> Window {
    Window { window: op.window, stride: op.stride, dilation: op.dilation, pad_before: op.pad_before }
}

/// The specification.
#[cfg(any(test, feature = "self-check"))]
pub fn scalar(op: &Conv, geometry: &Geometry, operands: &Operands, y: &mut [f32]) {
    let groups = op.groups as usize;
    let [channels, out_channels] = [geometry.channels / groups, geometry.out_channels / groups];
    let [height, width] = geometry.size;
    let cells = op.window[0] as usize * op.window[1] as usize;
    let panel_len = cells * channels * WIDTH;
    let panels = out_channels.div_ceil(WIDTH);
    for ([n, row, column], y) in geometry.out_pixels().zip(y.chunks_exact_mut(geometry.out_channels)) {
        match operands.bias {
            Some(bias) => y.copy_from_slice(bias),
            None => y.fill(0.0),
        }
        for (group, y) in y.chunks_exact_mut(out_channels).enumerate() {
            for (cell, pixel) in window(op).cells([height, width], [row, column]) {
                let start = (n * height * width + pixel) * geometry.channels + group * channels;
                let x = &operands.x[start..start + channels];
                for (panel, y) in y.chunks_mut(WIDTH).enumerate() {
                    let start = (group * panels + panel) * panel_len + cell * channels * WIDTH;
                    let weights = &operands.weights[start..start + channels * WIDTH];
                    for (x, weights) in x.iter().zip(weights.chunks_exact(WIDTH)) {
                        for (y, weight) in y.iter_mut().zip(weights) {
                            *y += x * weight;
                        }
                    }
                }
            }
        }
    }
    if let Some(residual) = operands.residual {
        for (y, residual) in y.iter_mut().zip(residual) {
            *y += residual;
        }
    }
    if let Some(activation) = op.activation {
        unary::apply(activation, y);
    }
}
