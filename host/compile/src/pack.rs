//! Weights in the order in which the kernels read them.

use super::kernel::Conv;
use maasm_plan::op::PANEL;

/// Dense and grouped weights in panels of eight output channels (see [`maasm_plan::op::Conv`]), written to `out`.
pub fn panels(conv: &Conv, out: &mut Vec<u8>) {
    let weights = elements(conv);
    let [by_out, by_in, by_row, by_column] = conv.weights.strides;
    let (inputs, outputs) = (conv.channels / conv.groups, conv.out_channels / conv.groups);
    for group in 0..conv.groups {
        for panel in (0..outputs).step_by(PANEL as usize) {
            for row in 0..conv.window[0] {
                for column in 0..conv.window[1] {
                    for input in 0..inputs {
                        let place = input * by_in + row * by_row + column * by_column;
                        for lane in panel..panel + PANEL as usize {
                            let output = group * outputs + lane;
                            let value = if lane < outputs {
                                weights[output * by_out + place] * conv.weights.scale[output]
                            } else {
                                0.0
                            };
                            out.extend(value.to_le_bytes());
                        }
                    }
                }
            }
        }
    }
}

/// Depthwise weights as `[window_height, window_width, channels]`, written to `out`.
pub fn depthwise(conv: &Conv, out: &mut Vec<u8>) {
    let weights = elements(conv);
    let [by_out, _, by_row, by_column] = conv.weights.strides;
    for row in 0..conv.window[0] {
        for column in 0..conv.window[1] {
            for channel in 0..conv.out_channels {
                let value = weights[channel * by_out + row * by_row + column * by_column];
                out.extend((value * conv.weights.scale[channel]).to_le_bytes());
            }
        }
    }
}

/// The elements that a convolution's weights lie in.
pub fn elements(conv: &Conv) -> &[f32] {
    conv.weights.tensor.try_as_plain_ram().and_then(|plain| plain.as_slice()).expect("weights are f32 in memory")
}
