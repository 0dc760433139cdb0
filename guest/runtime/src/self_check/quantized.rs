//! Convolution of numbers of seven bits: the same bits as its specification gives.

use super::Random;
use crate::kernels::Geometry;
use crate::kernels::quantized::{Operands, Output, run, scalar};
use crate::simd::Level;
use maasm_plan::op::{MOST_WEIGHT, QUAD, QUANTIZED_PANEL, QuantizedConv, Rescaled, Scale};

pub fn check(random: &mut Random) -> Result<(), String> {
    let depthwise = random.up_to(3) == 1;
    let window =
        if depthwise { random.one_of(&[[3, 3], [5, 5], [1, 1], [7, 7]]) } else { [random.up_to(4), random.up_to(4)] };
    let channels = random.one_of(&[1, 2, 3, 4, 5, 7, 8, 16, 20, 33, 67]);
    let groups = if depthwise { channels } else { random.one_of(&[1, 1, 1, 2, 3]) };
    let channels = if depthwise { channels } else { groups * channels };
    let out_channels = if depthwise { channels } else { groups * random.one_of(&[1, 3, 7, 8, 9, 16, 17, 24, 40]) };
    let byte = |random: &mut Random| (random.up_to(128) - 1) as u8;
    let with_residual = random.up_to(2) == 1;
    let residual = Scale { scale: random.floats(1)[0], zero: byte(random) };
    let (a, b) = (byte(random), byte(random));
    let floats = Rescaled::Floats { low: -3.0, high: f32::INFINITY };
    let bytes = Rescaled::Bytes { zero: byte(random), low: a.min(b), high: a.max(b) };
    let gives_floats = !with_residual && random.up_to(3) == 1;
    let op = QuantizedConv {
        window,
        stride: [random.up_to(3), random.up_to(3)],
        dilation: random.one_of(&[[1, 1], [1, 1], [2, 1], [2, 3]]),
        pad_before: window.map(|extent| random.up_to(extent) - 1),
        groups,
        zero: byte(random),
        output: if gives_floats { floats } else { bytes },
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
    let product = |shape: [u32; 4]| shape.iter().product::<u32>() as usize;
    let bytes = |random: &mut Random, len: usize| -> Vec<u8> {
        random.floats(len).into_iter().map(|number| ((number.abs() * 128.0) as u8).min(127)).collect()
    };
    let x = bytes(random, product(shapes.0));
    let weights = random.floats(op.packed_len(channels, out_channels) as usize);
    let mut weights: Vec<i8> = weights.into_iter().map(|weight| (weight * 127.9) as i8).collect();
    if !op.is_depthwise(channels, out_channels) {
        clear_padding(&op, channels, out_channels, &mut weights);
        limit(&op, channels, &mut weights);
    }
    let bias: Vec<i32> = random.floats(out_channels as usize).into_iter().map(|bias| (bias * 5000.0) as i32).collect();
    let multipliers: Vec<f32> = random.floats(out_channels as usize).into_iter().map(|number| number / 100.0).collect();
    let len = product(shapes.1);
    let residual = bytes(random, len);
    let operands = Operands {
        x: &x,
        weights: &weights,
        bias: &bias,
        multipliers: &multipliers,
        residual: op.residual.map(|_| &residual[..]),
    };
    let padded = op.padded(shapes.0, shapes.1) as usize;
    let results = |compute: &mut dyn FnMut(&mut Output)| -> (Vec<u8>, Vec<u32>) {
        let (mut bytes, mut floats) = (vec![255; len], vec![f32::NAN; len]);
        match op.output {
            Rescaled::Bytes { .. } => compute(&mut Output::Bytes(&mut bytes)),
            Rescaled::Floats { .. } => compute(&mut Output::Floats(&mut floats)),
        }
        (bytes, floats.into_iter().map(f32::to_bits).collect())
    };
    let expected = results(&mut |y| scalar(&op, &geometry, &operands, y));
    for level in Level::all() {
        let mut room = vec![255; padded];
        if results(&mut |y| run(level, &op, &geometry, &operands, y, &mut room)) != expected {
            return Err(format!("{level:?} {op:?} {geometry:?}: other bits than its specification gives"));
        }
    }
    Ok(())
}

/// Zeros where a panel of a dense convolution has more places than there are channels.
fn clear_padding(op: &QuantizedConv, channels: u32, out_channels: u32, weights: &mut [i8]) {
    let (width, quad) = (QUANTIZED_PANEL as usize, QUAD as usize);
    let cells = op.window.iter().product::<u32>() as usize;
    let (inputs, outputs) = ((channels / op.groups) as usize, (out_channels / op.groups) as usize);
    let (quads, panels) = (inputs.div_ceil(quad), outputs.div_ceil(width));
    for (place, weight) in weights.iter_mut().enumerate() {
        let (input, rest) = (place % quad, place / quad);
        let (output, rest) = (rest % width, rest / width);
        let (at, panel) = (rest % quads, rest / quads / cells % panels);
        if at * quad + input >= inputs || panel * width + output >= outputs {
            *weight = 0;
        }
    }
}

/// Weights that are together at most as large as they may be: the largest ones beside small ones.
fn limit(op: &QuantizedConv, channels: u32, weights: &mut [i8]) {
    let four = (QUANTIZED_PANEL * QUAD) as usize;
    let small = ((MOST_WEIGHT - 2 * 127) / 2) as i8;
    for span in weights.chunks_exact_mut(op.contiguous(channels) as usize * four) {
        for weight in span.chunks_exact_mut(four).skip(1).step_by(2).flatten() {
            *weight = (*weight).clamp(-small, small);
        }
    }
}
