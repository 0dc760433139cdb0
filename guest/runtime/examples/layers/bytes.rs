//! Layers of numbers of seven bits.

use super::{Drawn, Layer};
use maasm_plan::op::{QuantizedConv, Rescaled};
use maasm_plan::{ElementType, Op};

pub fn drawn(layer: &Layer) -> Drawn {
    let op = QuantizedConv {
        window: [layer.window; 2],
        stride: [layer.stride; 2],
        dilation: [1; 2],
        pad_before: [layer.window / 2; 2],
        groups: if layer.depthwise { layer.channels } else { 1 },
        zero: 0,
        output: Rescaled::Bytes { zero: 0, low: 0, high: 127 },
        residual: None,
    };
    let input = [1, layer.size, layer.size, layer.channels];
    let output = [1, layer.out_size(), layer.out_size(), layer.out_channels];
    let weights = vec![op.packed_len(layer.channels, layer.out_channels) as u32];
    Drawn {
        input: (ElementType::U8, input.to_vec()),
        constants: vec![
            (ElementType::I8, weights),
            (ElementType::I32, vec![layer.out_channels]),
            (ElementType::U16, vec![layer.out_channels]),
        ],
        output: (ElementType::U8, output.to_vec()),
        scratch: Some((ElementType::U8, vec![op.scratch(input, output) as u32])),
        op: Op::QuantizedConv(op),
    }
}
