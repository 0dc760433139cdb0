//! Convolutions along one to three axes, and transposed ones.

use crate::graph::{Builder, int, ints, text};

/// Any convolution.
pub fn convolution(b: &mut Builder) -> Option<()> {
    let x = b.floats(3..=5)?;
    let (channels, extents) = (x.shape[1], &x.shape[2..]);
    let r = &mut b.random;
    let group = if r.chance(2) { 1 } else { r.one_of(&[1, 2, 3, channels]) };
    if channels % group != 0 {
        return None;
    }
    let outputs = group * r.between(1, 4);
    let kernel: Vec<usize> = extents.iter().map(|&extent| r.between(1, extent.min(4))).collect();
    let strides: Vec<usize> = extents.iter().map(|_| r.one_of(&[1, 1, 2, 3])).collect();
    let automatic = r.chance(4).then(|| r.one_of(&["SAME_UPPER", "SAME_LOWER", "VALID"]));
    // onnxruntime refuses dilations together with automatic padding.
    let dilations: Vec<usize> =
        extents.iter().map(|_| if automatic.is_some() { 1 } else { r.one_of(&[1, 1, 1, 2]) }).collect();
    let pads: Vec<usize> = (0..2 * extents.len()).map(|_| r.one_of(&[0, 0, 1, 2])).collect();
    let mut shape = vec![x.shape[0], outputs];
    for axis in 0..extents.len() {
        let reach = (kernel[axis] - 1) * dilations[axis] + 1;
        shape.push(match automatic {
            Some("VALID") => (extents[axis] + strides[axis]).checked_sub(reach)? / strides[axis],
            Some(_) => extents[axis].div_ceil(strides[axis]),
            None => {
                let padded = extents[axis] + pads[axis] + pads[axis + extents.len()];
                padded.checked_sub(reach)? / strides[axis] + 1
            }
        });
    }
    let mut weights_shape = vec![outputs, channels / group];
    weights_shape.extend(&kernel);
    let bound = bound(channels / group * kernel.iter().product::<usize>());
    let weights = b.weights(&weights_shape, -bound, bound);
    let mut inputs = vec![x.name.clone(), weights];
    if b.random.chance(2) {
        inputs.push(b.weights(&[outputs], -0.5, 0.5));
    }
    let mut attributes = vec![ints("kernel_shape", &kernel), ints("strides", &strides), int("group", group as i64)];
    match automatic {
        Some(how) => attributes.push(text("auto_pad", how)),
        None => attributes.extend([ints("pads", &pads), ints("dilations", &dilations)]),
    }
    let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
    b.node("Conv", &inputs, attributes, &shape)?;
    Some(())
}

/// A transposed convolution.
pub fn transposed(b: &mut Builder) -> Option<()> {
    let x = b.floats(3..=4)?;
    let (channels, extents) = (x.shape[1], &x.shape[2..]);
    let r = &mut b.random;
    let group = r.one_of(&[1, 1, 2, channels]);
    if channels % group != 0 {
        return None;
    }
    let each = r.between(1, 3);
    let kernel: Vec<usize> = extents.iter().map(|_| r.between(1, 4)).collect();
    let strides: Vec<usize> = extents.iter().map(|_| r.one_of(&[1, 2, 2, 3])).collect();
    let dilations: Vec<usize> = extents.iter().map(|_| r.one_of(&[1, 1, 2])).collect();
    let pads: Vec<usize> = (0..2 * extents.len()).map(|_| r.one_of(&[0, 0, 1])).collect();
    let more: Vec<usize> = strides.iter().map(|&stride| r.below(stride)).collect();
    let mut shape = vec![x.shape[0], each * group];
    for axis in 0..extents.len() {
        let reach = (kernel[axis] - 1) * dilations[axis] + 1;
        let all = (extents[axis] - 1) * strides[axis] + reach + more[axis];
        shape.push(all.checked_sub(pads[axis] + pads[axis + extents.len()])?);
    }
    let mut weights_shape = vec![channels, each];
    weights_shape.extend(&kernel);
    let bound = bound(channels / group * kernel.iter().product::<usize>());
    let weights = b.weights(&weights_shape, -bound, bound);
    let bias = b.weights(&[each * group], -0.5, 0.5);
    let attributes = vec![
        ints("kernel_shape", &kernel),
        ints("strides", &strides),
        ints("dilations", &dilations),
        ints("pads", &pads),
        ints("output_padding", &more),
        int("group", group as i64),
    ];
    b.node("ConvTranspose", &[&x.name, &weights, &bias], attributes, &shape)?;
    Some(())
}

/// The largest weight that keeps sums of so many products about as large as what goes in.
fn bound(terms: usize) -> f32 {
    1.7 / (terms as f32).sqrt()
}
