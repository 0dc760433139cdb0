//! Convolution.

use super::{Random, compare};
use crate::kernels::{Geometry, WORKSPACE, conv};
use crate::simd::Level;
use maasm_plan::op::{Conv, PANEL, Unary};

pub fn check(random: &mut Random) -> Result<(), String> {
    let pair = |random: &mut Random, most| [random.up_to(most), random.up_to(most)];
    let window = pair(random, 4);
    let groups = random.one_of(&[1, 1, 1, 2, 3]);
    let channels = groups * random.one_of(&[1, 2, 3, 4, 5, 7, 16, 33, 131]);
    let op = Conv {
        window,
        stride: pair(random, 3),
        dilation: random.one_of(&[[1, 1], [1, 1], [2, 1], [2, 3]]),
        pad_before: window.map(|extent| random.up_to(extent) - 1),
        groups,
        bias: random.up_to(2) == 1,
        residual: random.up_to(2) == 1,
        activation: random.one_of(&[None, Some(Unary::RELU), Some(Unary::Sigmoid)]),
    };
    let size = pair(random, 13);
    // As many places as the window reaches without leaving the image and as much padding behind as before.
    let out = [0, 1].map(|i| {
        let reach = (op.window[i] - 1) * op.dilation[i] + 1;
        (size[i] + 2 * op.pad_before[i]).saturating_sub(reach) / op.stride[i] + 1
    });
    let out = [0, 1].map(|i| out[i].min((size[i] + op.pad_before[i] - 1) / op.stride[i] + 1));
    let out_channels = groups * random.one_of(&[1, 3, 7, 8, 9, 16, 17, 24, 31, 40, 67]);
    let batch = random.up_to(2);
    let geometry = Geometry::new(&[batch, size[0], size[1], channels], &[batch, out[0], out[1], out_channels]);
    let x = random.floats((batch * size[0] * size[1] * channels) as usize);
    let mut weights = random.floats(op.packed_len(channels, out_channels) as usize);
    clear_padding(&op, channels, out_channels, &mut weights);
    let bias = random.floats(out_channels as usize);
    let len = (batch * out[0] * out[1] * out_channels) as usize;
    let residual = random.floats(len);
    let operands = conv::Operands {
        x: &x,
        weights: &weights,
        bias: op.bias.then_some(&bias),
        residual: op.residual.then_some(&residual),
    };
    let mut expected = vec![0.0; len];
    conv::scalar(&op, &geometry, &operands, &mut expected);
    let scratch_len = op.padded(size, out).map_or(0, |[height, width]| height * width * channels);
    for level in Level::all() {
        let mut found = vec![f32::NAN; len];
        let mut scratch = vec![f32::NAN; scratch_len as usize];
        let mut workspace = vec![f32::NAN; WORKSPACE];
        conv::run(level, &op, &geometry, &operands, &mut found, &mut scratch, &mut workspace);
        compare(|| format!("{level:?} {op:?} {geometry:?}"), &found, &expected, 1e-4)?;
    }
    Ok(())
}

/// Zeros where a panel has more columns than there are channels.
fn clear_padding(op: &Conv, channels: u32, out_channels: u32, weights: &mut [f32]) {
    let columns = (out_channels / op.groups) as usize;
    let panel_len = (op.window[0] * op.window[1] * channels / op.groups * PANEL) as usize;
    let panels = columns.div_ceil(PANEL as usize);
    for (i, panel) in weights.chunks_exact_mut(panel_len).enumerate() {
        let used = (columns - i % panels * PANEL as usize).min(PANEL as usize);
        panel.chunks_exact_mut(PANEL as usize).for_each(|row| row[used..].fill(0.0));
    }
}
