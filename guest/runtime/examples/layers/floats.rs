//! Layers of f32 numbers.

use super::{Drawn, Layer};
use maasm_plan::op::{Conv, Depthwise, PANEL, Unary};
use maasm_plan::{ElementType, Op};

pub fn drawn(layer: &Layer) -> Drawn {
    let (window, stride, dilation) = ([layer.window; 2], [layer.stride; 2], [1; 2]);
    let pad_before = [layer.window / 2; 2];
    let activation = Some(Unary::Clamp { low: 0.0, high: 6.0 });
    let conv = Conv { window, stride, dilation, pad_before, groups: 1, bias: true, residual: false, activation };
    let padded = conv.padded([layer.size; 2], [layer.out_size(); 2]).filter(|_| !layer.depthwise);
    let (weights, op) = if layer.depthwise {
        let op = Op::Depthwise(Depthwise { window, stride, dilation, pad_before, activation });
        (vec![layer.window, layer.window, layer.channels], op)
    } else {
        let panels = layer.out_channels.div_ceil(PANEL);
        (vec![1, panels, layer.window.pow(2) * layer.channels, PANEL], Op::Conv(conv))
    };
    let floats = |shape: Vec<u32>| (ElementType::F32, shape);
    Drawn {
        op,
        input: floats(Layer::image(layer.size, layer.channels)),
        constants: vec![floats(weights), floats(vec![layer.out_channels])],
        output: floats(Layer::image(layer.out_size(), layer.out_channels)),
        scratch: padded.map(|[height, width]| floats(vec![height, width, layer.channels])),
    }
}
