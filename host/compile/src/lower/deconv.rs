//! Transposed convolution: its output places fall into phases, one for each offset within a stride, and those of a
//! phase are an ordinary convolution by every so manieth cell of the window, last cell first.

use super::conv::{Weights, add_later, bias, convolve};
use super::window::{Slide, as_image};
use super::{Lowered, Node};
use crate::draft::{Draft, Value, channels_last};
use maasm_plan::ElementType;
use tract_onnx::tract_hir::internal::*;

/// What one phase reads along one axis.
#[derive(Clone, Debug)]
struct Phase {
    /// The window's cells, in the order in which an ordinary convolution reads them.
    cells: Vec<usize>,
    /// Input places that are left out at the beginning.
    skipped: usize,
    /// The ordinary convolution.
    slide: Slide,
}

/// More convolutions than this are taken for a mistake.
const MOST_PARTS: usize = 4096;

/// How the window of a transposed convolution moves along one axis.
#[derive(Clone, Copy, Debug)]
pub struct Stride {
    /// Cells of the window.
    pub window: usize,
    /// Output places between neighbours of the input.
    pub stride: usize,
    /// Output places between cells.
    pub dilation: usize,
    /// Output places that are left out before the first.
    pub before: usize,
}

/// A transposed convolution with the node's first inputs: what it reads, the weights as ONNX has them
/// (`[channels, out_channels / groups, window…]`) and the bias.
///
/// # Errors
/// If it is of other than floats, or of too many parts.
pub fn lower(along: &[Stride], groups: usize, node: &Node, draft: &mut Draft) -> Lowered {
    let value = node.value(0, draft);
    let weights = node.value(1, draft);
    if [&value, &weights].iter().any(|v| draft.element_type(v) != ElementType::F32) {
        return Err("transposed convolution of other than floats is not supported yet".into());
    }
    let strides: Vec<usize> = along.iter().map(|along| along.stride).collect();
    let parts = strides.iter().try_fold(1usize, |parts, &stride| parts.checked_mul(stride));
    if parts.is_none_or(|parts| parts > MOST_PARTS) {
        return Err(format!("strides of {strides:?} make more than {MOST_PARTS} convolutions of it"));
    }
    let out = &node.shape[2..];
    let phases = |(along, &out): (&Stride, &usize)| -> Vec<Option<Phase>> {
        (0..along.stride.min(out)).map(|offset| phase(offset, along, out)).collect()
    };
    let phases: Vec<Vec<Option<Phase>>> = along.iter().zip(out).map(phases).collect();

    let value = as_image(node.name, &value, draft);
    let weights = by_output(node.name, &weights, groups, draft);
    let out_channels = node.shape[1];
    let (bias, later) = bias(node, 2, out_channels, draft)?;
    let whole = phases.iter().all(|phases| phases.len() == 1);
    let output = draft.value(node.shape.clone(), channels_last(node.shape.len()));
    let counts: Vec<usize> = phases.iter().map(Vec::len).collect();
    for combination in combinations(&counts) {
        let parts: Option<Vec<&Phase>> =
            combination.iter().zip(&phases).map(|(&offset, phases)| phases[offset].as_ref()).collect();
        let computed = match parts {
            Some(parts) => {
                let part = one_phase(node, &value, &weights, &parts, groups, bias.clone(), draft)?;
                if whole && part.shape == node.shape {
                    return add_later(&part, later, node, draft);
                }
                part
            }
            // No cell of the window falls here.
            None => draft.table(&[1, out_channels], &bias),
        };
        interleave(node, &computed, &combination, &strides, &output, draft);
    }
    add_later(&output, later, node, draft)
}

/// Weights as those of an ordinary convolution: `[out_channels, channels / groups, window…]`.
fn by_output(name: &str, weights: &Value, groups: usize, draft: &mut Draft) -> Value {
    let (channels, of_group) = (weights.shape[0], weights.shape[1]);
    let mut shape = weights.shape.clone();
    (shape[0], shape[1]) = (groups * of_group, channels / groups);
    let output = draft.row_major_like(weights, shape);
    let (from, to) = (weights.strides(), output.strides());
    let mut places = vec![
        (groups, from[0] * (channels / groups), to[0] * of_group),
        (of_group, from[1], to[0]),
        (channels / groups, from[0], to[1]),
    ];
    places.extend((2..weights.shape.len()).map(|axis| (weights.shape[axis], from[axis], to[axis])));
    draft.copy_places(name, (weights, 0), (&output, 0), places);
    output
}

/// The output places `offset`, `offset + stride`, … along one axis, if the window reaches them.
fn phase(offset: usize, along: &Stride, out: usize) -> Option<Phase> {
    let &Stride { window, stride, dilation, before } = along;
    // Place p = offset + i · stride takes cell k of the input place (p + before − k · dilation) / stride.
    let start = |cell: usize| (offset + before) as i64 - (cell * dilation) as i64;
    let cells: Vec<usize> = (0..window).rev().filter(|&cell| start(cell).rem_euclid(stride as i64) == 0).collect();
    let places: Vec<i64> = cells.iter().map(|&cell| start(cell).div_euclid(stride as i64)).collect();
    let first = *places.first()?;
    let slide = Slide {
        window: cells.len(),
        stride: 1,
        dilation: places.get(1).map_or(1, |second| (second - first) as usize),
        before: (-first).max(0) as usize,
        out: (out - offset).div_ceil(stride),
    };
    Some(Phase { cells, skipped: first.max(0) as usize, slide })
}

/// Every choice of one index below each length.
fn combinations(lengths: &[usize]) -> Vec<Vec<usize>> {
    lengths.iter().fold(vec![Vec::new()], |all, &length| {
        let longer =
            |start: Vec<usize>| (0..length).map(move |index| start.iter().copied().chain([index]).collect::<Vec<_>>());
        all.into_iter().flat_map(longer).collect()
    })
}

fn one_phase(
    node: &Node,
    value: &Value,
    weights: &Value,
    parts: &[&Phase],
    groups: usize,
    bias: Vec<f32>,
    draft: &mut Draft,
) -> Lowered {
    let skipped: Vec<usize> = parts.iter().map(|part| part.skipped).collect();
    let kept: Vec<usize> =
        value.shape[2..].iter().zip(&skipped).map(|(d, skipped)| d.saturating_sub(*skipped)).collect();
    let slides: Vec<Slide> = parts.iter().map(|part| part.slide).collect();
    if kept.contains(&0) {
        // Nothing of the input is reached.
        let out_channels = bias.len();
        return Ok(draft.table(&[1, out_channels], &bias));
    }
    let input = if skipped.iter().any(|&skipped| skipped > 0) {
        let mut shape = value.shape[..2].to_vec();
        shape.extend(&kept);
        let output = draft.like(value, shape.clone(), value.order.clone());
        let strides = value.strides();
        let offset = skipped.iter().zip(&strides[2..]).map(|(skipped, stride)| skipped * stride).sum();
        draft.copy(node.name, value, offset, &strides, &output, 0, &output.strides(), &shape);
        output
    } else {
        value.clone()
    };
    let weights = turned(node.name, weights, parts, draft)?;
    convolve(node.name, &input, &weights, slides, groups, bias, draft)
}

/// The weights with the phase's cells only.
fn turned(name: &str, weights: &Value, parts: &[&Phase], draft: &mut Draft) -> Result<Weights, String> {
    let taps: Vec<usize> = parts.iter().map(|part| part.cells.len()).collect();
    let shape: Vec<usize> = weights.shape[..2].iter().copied().chain(taps.iter().copied()).collect();
    if let Some(tensor) = draft.known(weights) {
        let elements = tensor.to_plain_array_view::<f32>().map_err(|error| error.to_string())?;
        let turned = tract_ndarray::ArrayD::from_shape_fn(shape, |index| {
            let cells = parts.iter().enumerate().map(|(axis, part)| part.cells[index[2 + axis]]);
            elements[&*[index[0], index[1]].into_iter().chain(cells).collect::<Vec<usize>>()]
        });
        return Ok(Weights::Constant(turned.into_arc_tensor()));
    }
    let output = draft.row_major_like(weights, shape);
    let (from, to) = (weights.strides(), output.strides());
    for tap in combinations(&taps) {
        let along = |strides: &[usize], cell: &dyn Fn(usize, usize) -> usize| -> usize {
            tap.iter().enumerate().map(|(axis, &tap)| cell(axis, tap) * strides[2 + axis]).sum()
        };
        let from_offset = along(&from, &|axis, tap| parts[axis].cells[tap]);
        let to_offset = along(&to, &|_, tap| tap);
        let places = (0..2).map(|axis| (weights.shape[axis], from[axis], to[axis])).collect();
        draft.copy_places(name, (weights, from_offset), (&output, to_offset), places);
    }
    Ok(Weights::Computed(output))
}

/// Writes the places of a phase between those of the others. A single row of channels is repeated.
fn interleave(node: &Node, part: &Value, offsets: &[usize], strides: &[usize], output: &Value, draft: &mut Draft) {
    let by = output.strides();
    let to_offset = offsets.iter().zip(&by[2..]).map(|(offset, by)| offset * by).sum();
    let mut shape = output.shape[..2].to_vec();
    let mut to = by[..2].to_vec();
    for (axis, &offset) in offsets.iter().enumerate() {
        shape.push((output.shape[2 + axis] - offset).div_ceil(strides[axis]));
        to.push(by[2 + axis] * strides[axis]);
    }
    let from = if part.shape.len() == 2 {
        let mut from = vec![0; shape.len()];
        from[1] = 1;
        from
    } else {
        part.strides()
    };
    draft.copy(node.name, part, 0, &from, output, to_offset, &to, &shape);
}
