//! Convolution of bytes as ONNX quantises them: the same bits as its specification gives.

use super::Random;
use crate::kernels::Geometry;
use crate::kernels::linear::{Bytes, Operands, Output, run, scalar};
use crate::simd::Level;
use maasm_plan::ElementType;
use maasm_plan::op::{Linear, LinearOutput, QLinearConv, byte_limits};

pub fn check(random: &mut Random) -> Result<(), String> {
    let depthwise = random.up_to(3) == 1;
    let window =
        if depthwise { random.one_of(&[[3, 3], [5, 5], [1, 1], [2, 3]]) } else { [random.up_to(4), random.up_to(4)] };
    let channels = random.one_of(&[1, 2, 3, 4, 5, 7, 8, 16, 20, 33]);
    let groups = if depthwise { channels } else { random.one_of(&[1, 1, 1, 2, 3]) };
    let channels = if depthwise { channels } else { groups * channels };
    let out_channels = if depthwise { channels } else { groups * random.one_of(&[1, 3, 7, 8, 9, 16, 17, 24]) };
    let [input_type, output_type, residual_type] = [0; 3].map(|_| random.one_of(&[ElementType::U8, ElementType::I8]));
    let with_residual = random.up_to(2) == 1;
    let residual = Linear { scale: random.floats(1)[0].abs(), zero: byte(random, residual_type) };
    let (a, b) = (byte(random, output_type), byte(random, output_type));
    let gives_floats = !with_residual && random.up_to(3) == 1;
    let op = QLinearConv {
        window,
        stride: [random.up_to(3), random.up_to(3)],
        dilation: random.one_of(&[[1, 1], [1, 1], [2, 1], [2, 3]]),
        pad_before: window.map(|extent| random.up_to(extent) - 1),
        groups,
        zero: byte(random, input_type),
        output: match gives_floats {
            true => LinearOutput::Floats { low: -3.0, high: f32::INFINITY },
            false => LinearOutput::Bytes { zero: byte(random, output_type), low: a.min(b), high: a.max(b) },
        },
        residual: with_residual.then_some(residual),
    };
    let size = [random.up_to(13), random.up_to(13)];
    let out = [0, 1].map(|i| {
        let reach = (op.window[i] - 1) * op.dilation[i] + 1;
        let most = (size[i] + op.pad_before[i] - 1) / op.stride[i] + 1;
        ((size[i] + 2 * op.pad_before[i]).saturating_sub(reach) / op.stride[i] + 1).min(most)
    });
    let batch = random.up_to(2);
    let shapes = ([batch, size[0], size[1], channels], [batch, out[0], out[1], out_channels]);
    let geometry = Geometry::new(&shapes.0, &shapes.1);
    let [input_len, len] = [shapes.0, shapes.1].map(|shape| shape.iter().product::<u32>() as usize);
    let x = signed_bytes(random, input_len);
    let mut weights: Vec<i8> = bytemuck::cast_vec(signed_bytes(random, op.packed_len(channels, out_channels) as usize));
    if op.is_depthwise(channels, out_channels) && !(window[0] * window[1]).is_multiple_of(2) {
        // Behind the last odd cell there is nothing.
        let channels = channels.next_multiple_of(8) as usize;
        let last = weights.len() - channels * 2;
        weights[last..].iter_mut().skip(1).step_by(2).for_each(|weight| *weight = 0);
    }
    let bias: Vec<i32> = random.floats(out_channels as usize).into_iter().map(|bias| (bias * 5000.0) as i32).collect();
    let multipliers: Vec<f32> = random.floats(out_channels as usize).into_iter().map(|number| number / 100.0).collect();
    let added = signed_bytes(random, len);
    let operands = Operands {
        x: Bytes::new(input_type, &x, op.zero),
        weights: &weights,
        bias: &bias,
        multipliers: &multipliers,
        residual: op.residual.map(|residual| Bytes::new(residual_type, &added, residual.zero)),
    };
    let scratch = op.scratch(shapes.0, shapes.1) as usize;
    let results = |compute: &mut dyn FnMut(&mut Output)| -> (Vec<u8>, Vec<u32>) {
        let (mut bytes, mut floats) = (vec![255; len], vec![f32::NAN; len]);
        match op.output {
            LinearOutput::Bytes { .. } => compute(&mut Output::Bytes(&mut bytes)),
            LinearOutput::Floats { .. } => compute(&mut Output::Floats(&mut floats)),
        }
        (bytes, floats.into_iter().map(f32::to_bits).collect())
    };
    let expected = results(&mut |y| scalar(&op, &geometry, &operands, y));
    for level in Level::all() {
        let mut room = vec![i16::MAX; scratch];
        if results(&mut |y| run(level, &op, &geometry, &operands, y, &mut room)) != expected {
            return Err(format!("{level:?} {op:?} {geometry:?}: other bits than its specification gives"));
        }
    }
    Ok(())
}

/// A number that the type holds; the ends come more often than others.
fn byte(random: &mut Random, element_type: ElementType) -> i16 {
    let (least, greatest) = byte_limits(element_type).expect("these are bytes");
    let inside = least + (random.up_to(256) - 1) as i16;
    random.one_of(&[least, inside, inside, greatest])
}

/// Bytes of all kinds; the ends come more often than others.
fn signed_bytes(random: &mut Random, len: usize) -> Vec<u8> {
    random.floats(len).into_iter().map(|number| (number * 140.0) as i8 as u8).collect()
}
