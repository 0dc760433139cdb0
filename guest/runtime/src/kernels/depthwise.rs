//! Depthwise convolution.

mod vectored;

use super::Geometry;
#[cfg(any(test, feature = "self-check"))]
use super::{Window, unary};
use crate::simd::Level;
use maasm_plan::op::Depthwise;

/// Runs the fast kernel.
pub fn run(level: Level, op: &Depthwise, geometry: &Geometry, x: &[f32], weights: &[f32], bias: &[f32], y: &mut [f32]) {
    level.run(vectored::Vectored { op, geometry, x, weights, bias, y });
}

/// The specification.
#[cfg(any(test, feature = "self-check"))]
pub fn scalar(op: &Depthwise, geometry: &Geometry, x: &[f32], weights: &[f32], bias: &[f32], y: &mut [f32]) {
    let window = Window { window: op.window, stride: op.stride, dilation: op.dilation, pad_before: op.pad_before };
    let channels = geometry.channels;
    let pixels = geometry.size[0] * geometry.size[1];
    for ([n, row, column], y) in geometry.out_pixels().zip(y.chunks_exact_mut(channels)) {
        y.copy_from_slice(bias);
        for (cell, pixel) in window.cells(geometry.size, [row, column]) {
            let x = &x[(n * pixels + pixel) * channels..][..channels];
            let weights = &weights[cell * channels..][..channels];
            for ((y, x), weight) in y.iter_mut().zip(x).zip(weights) {
                *y += x * weight;
            }
        }
    }
    if let Some(activation) = op.activation {
        unary::apply(activation, y);
    }
}
