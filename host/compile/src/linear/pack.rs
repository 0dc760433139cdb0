//! Weights in the order in which the kernel reads them (see [`maasm_plan::op::QLinearConv`]).

use crate::kernel::Conv;
use maasm_plan::op::{PAIR, QUANTIZED_PANEL};

const PANEL: usize = QUANTIZED_PANEL as usize;
const TWO: usize = PAIR as usize;

/// Panels of eight output channels by two input channels. Each filter has its weights in the order of window row, window
/// column, input channel.
pub fn panels(conv: &Conv, filters: &[Vec<i8>]) -> Vec<i8> {
    let (inputs, outputs) = (conv.channels / conv.groups, conv.out_channels / conv.groups);
    let cells = conv.window[0] * conv.window[1];
    let mut packed = Vec::new();
    for group in 0..conv.groups {
        for panel in (0..outputs).step_by(PANEL) {
            for cell in 0..cells {
                for first in (0..inputs).step_by(TWO) {
                    for output in panel..panel + PANEL {
                        for input in first..first + TWO {
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

/// Window cells by two, and in each pair all channels.
pub fn depthwise(conv: &Conv, filters: &[Vec<i8>]) -> Vec<i8> {
    let cells = conv.window[0] * conv.window[1];
    let mut packed = Vec::new();
    for first in (0..cells).step_by(TWO) {
        for channel in 0..conv.channels.next_multiple_of(PANEL) {
            for cell in first..first + TWO {
                packed.push(filters.get(channel).and_then(|filter| filter.get(cell)).copied().unwrap_or(0));
            }
        }
    }
    packed
}
