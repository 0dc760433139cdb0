//! Pools over windows and over everything.

use crate::graph::{Builder, float, int, ints, text};
use crate::random::Random;

/// A pool over windows.
pub fn pool(b: &mut Builder) -> Option<()> {
    let x = b.floats(3..=5)?;
    let extents = &x.shape[2..];
    let r: &mut Random = &mut b.random;
    let operator = r.one_of(&["MaxPool", "AveragePool", "LpPool"]);
    let kernel: Vec<usize> = extents.iter().map(|&extent| r.between(1, extent.min(4))).collect();
    let strides: Vec<usize> = extents.iter().map(|_| r.one_of(&[1, 2, 3])).collect();
    // onnxruntime pads by less than nothing where windows leave gaps.
    let gaps = kernel.iter().zip(&strides).any(|(kernel, stride)| stride > kernel);
    let automatic = (!gaps && r.chance(4)).then(|| r.one_of(&["SAME_UPPER", "SAME_LOWER", "VALID"]));
    // A window must hold more than padding.
    let pads: Vec<usize> = (0..2 * kernel.len()).map(|i| r.below(kernel[i % kernel.len()].min(3))).collect();
    // Until version 19, ONNX's average over a window that ceil_mode adds was different from engine to engine, and
    // LpPool has none.
    let ceil = automatic.is_none() && operator == "MaxPool" && r.chance(2);
    let dilations: Vec<usize> = extents
        .iter()
        .map(|_| if operator == "MaxPool" && automatic.is_none() { r.one_of(&[1, 1, 2]) } else { 1 })
        .collect();
    let mut shape = x.shape[..2].to_vec();
    for axis in 0..extents.len() {
        let (extent, stride) = (extents[axis], strides[axis]);
        let reach = (kernel[axis] - 1) * dilations[axis] + 1;
        shape.push(match automatic {
            Some("VALID") => (extent + stride).checked_sub(reach)? / stride,
            Some(_) => extent.div_ceil(stride),
            None => {
                let room = (extent + pads[axis] + pads[axis + extents.len()]).checked_sub(reach)?;
                let count = if ceil { room.div_ceil(stride) } else { room / stride } + 1;
                // A window that begins behind the picture: onnxruntime leaves it out, but not where it infers shapes.
                if ceil && (count - 1) * stride >= extent + pads[axis] {
                    return None;
                }
                count
            }
        });
    }
    let mut attributes = vec![ints("kernel_shape", &kernel), ints("strides", &strides)];
    match automatic {
        Some(how) => attributes.push(text("auto_pad", how)),
        None => attributes.push(ints("pads", &pads)),
    }
    match operator {
        "MaxPool" => attributes.extend([int("ceil_mode", ceil.into()), ints("dilations", &dilations)]),
        "AveragePool" => attributes.push(int("count_include_pad", b.random.below(2) as i64)),
        _ => attributes.push(int("p", 2)),
    }
    b.node(operator, &[&x.name], attributes, &shape)?;
    Some(())
}

/// A pool over everything, or normalisation across channels.
pub fn global(b: &mut Builder) -> Option<()> {
    let x = b.floats(3..=5)?;
    let mut shape = x.shape.clone();
    let operator = b.random.one_of(&["GlobalAveragePool", "GlobalMaxPool", "LRN"]);
    let mut attributes = vec![];
    if operator == "LRN" {
        // Other ranks are not in onnxruntime.
        if shape.len() != 4 {
            return None;
        }
        attributes.extend([int("size", b.random.one_of(&[1, 3, 5])), float("alpha", 0.1)]);
    } else {
        shape[2..].fill(1);
    }
    b.node(operator, &[&x.name], attributes, &shape)?;
    Some(())
}
