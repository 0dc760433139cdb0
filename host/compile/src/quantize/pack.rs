//! Weights in the order in which the kernel reads them (see [`maasm_plan::op::QuantizedConv`]).

use crate::kernel::Conv;
use maasm_plan::op::{QUAD, QUANTIZED_PANEL};

/// The weight of an output channel at an input channel of its group, a window row and a window column.
pub fn weight(conv: &Conv, elements: &[f32], output: usize, [input, row, column]: [usize; 3]) -> f32 {
    let [by_out, by_in, by_row, by_column] = conv.weights.strides;
    elements[output * by_out + input * by_in + row * by_row + column * by_column] * conv.weights.scale[output]
}

/// Panels of eight output channels by four input channels. Each filter has its weights in the order of window row, window
/// column, input channel.
pub fn panels(conv: &Conv, filters: &[Vec<i8>]) -> Vec<i8> {
    let (width, quad) = (QUANTIZED_PANEL as usize, QUAD as usize);
    let (inputs, outputs) = (conv.channels / conv.groups, conv.out_channels / conv.groups);
    let cells = conv.window[0] * conv.window[1];
    let mut packed = Vec::new();
    for group in 0..conv.groups {
        for panel in (0..outputs).step_by(width) {
            for cell in 0..cells {
                for first in (0..inputs).step_by(quad) {
                    for output in panel..panel + width {
                        for input in first..first + quad {
                            let is_there = output < outputs && input < inputs;
                            let filter = is_there.then(|| &filters[group * outputs + output]);
                            packed.push(filter.map_or(0, |filter| filter[cell * inputs + input]));
                        }
                    }
                }
            }
        }
    }
    packed
}

/// Eight channels, and of each window column four rows of each of them, then the next four, and those that are left.
pub fn depthwise(conv: &Conv, filters: &[Vec<i8>]) -> Vec<i8> {
    let (width, quad) = (QUANTIZED_PANEL as usize, QUAD as usize);
    let [rows, columns] = conv.window;
    let mut packed = Vec::new();
    for first_channel in (0..filters.len()).step_by(width) {
        for column in 0..columns {
            for first_row in (0..rows).step_by(quad) {
                for channel in first_channel..first_channel + width {
                    for row in first_row..rows.min(first_row + quad) {
                        let filter = filters.get(channel);
                        packed.push(filter.map_or(0, |filter| filter[row * columns + column]));
                    }
                }
            }
        }
    }
    packed
}
