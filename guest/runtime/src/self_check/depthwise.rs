//! Depthwise convolution.

use super::{Random, compare};
use crate::kernels::{Geometry, depthwise};
use crate::simd::Level;
use maasm_plan::op::{Depthwise, Unary};

pub fn check(random: &mut Random) -> Result<(), String> {
    let window = random.one_of(&[[3, 3], [5, 5], [1, 1], [2, 4], [7, 7], [3, 1]]);
    let op = Depthwise {
        window,
        stride: random.one_of(&[[1, 1], [2, 2], [1, 3]]),
        dilation: random.one_of(&[[1, 1], [1, 1], [2, 2]]),
        pad_before: window.map(|extent| random.up_to(extent) - 1),
        activation: random.one_of(&[None, Some(Unary::Clamp { low: 0.0, high: 6.0 }), Some(Unary::HardSwish)]),
    };
    let size = [random.up_to(15), random.up_to(15)];
    let out = [0, 1].map(|i| (size[i] + op.pad_before[i] - 1) / op.stride[i] + 1);
    let out = out.map(|extent| random.up_to(extent));
    let channels = random.one_of(&[1, 3, 4, 7, 8, 12, 16, 23, 32, 35, 64]);
    let batch = random.up_to(2);
    let geometry = Geometry::new(&[batch, size[0], size[1], channels], &[batch, out[0], out[1], channels]);
    let x = random.floats((batch * size[0] * size[1] * channels) as usize);
    let weights = random.floats((window[0] * window[1] * channels) as usize);
    let bias = random.floats(channels as usize);
    let len = (batch * out[0] * out[1] * channels) as usize;
    let mut expected = vec![0.0; len];
    depthwise::scalar(&op, &geometry, &x, &weights, &bias, &mut expected);
    for level in Level::all() {
        let mut found = vec![f32::NAN; len];
        depthwise::run(level, &op, &geometry, &x, &weights, &bias, &mut found);
        compare(|| format!("{level:?} {op:?} {geometry:?}"), &found, &expected, 1e-5)?;
    }
    Ok(())
}
