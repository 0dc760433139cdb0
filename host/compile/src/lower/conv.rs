//! Convolution.

use super::window::{Slide, as_image, image_shape, slides, two, usual};
use super::{Lowered, Node};
use crate::draft::{Draft, Operand, Value, channels_last, operand, operand_as, row_major_strides};
use crate::kernel::{self, Kernel};
use maasm_plan::op::{self, BinaryKind, PANEL};
use maasm_plan::{ElementType, Op};
use std::sync::Arc;
use tract_onnx::tract_core::ops::cnn::{Conv, KernelFormat};
use tract_onnx::tract_hir::internal::*;

/// Weights as `[out_channels, channels / groups, window…]`.
#[derive(Clone)]
pub enum Weights {
    /// Known now.
    Constant(Arc<Tensor>),
    /// Computed at run time.
    Computed(Value),
}

impl Weights {
    /// A value as weights.
    pub fn of(value: &Value, draft: &Draft) -> Self {
        draft.known(value).map_or_else(|| Self::Computed(value.clone()), Self::Constant)
    }

    /// Their shape.
    pub fn shape(&self) -> &[usize] {
        match self {
            Self::Constant(tensor) => tensor.shape(),
            Self::Computed(value) => &value.shape,
        }
    }
}

pub fn lower(op: &Conv, node: Node, draft: &mut Draft) -> Lowered {
    if op.q_params.is_some() {
        return Err("quantised convolution is not supported yet".into());
    }
    let value = node.value(0, draft);
    let slides = slides(&op.pool_spec, &value.shape)?;
    let weights = weights(&node, op.kernel_fmt, draft)?;
    if draft.element_type(&value) != ElementType::F32 {
        return Err(format!("convolution of {:?} is not supported yet", draft.element_type(&value)));
    }
    let out_channels = op.output_channels();
    let (bias, later) = bias(&node, 2, out_channels, draft)?;
    let output = convolve(node.name, &value, &weights, slides, op.group, bias, draft)?;
    add_later(&output, later, &node, draft)
}

/// The weights in ONNX's order of axes.
fn weights(node: &Node, format: KernelFormat, draft: &mut Draft) -> Result<Weights, String> {
    match (node.constant(1), format) {
        (Some(tensor), KernelFormat::OIHW) if tensor.datum_type() == DatumType::F32 => {
            Ok(Weights::Constant(tensor.clone()))
        }
        (None, KernelFormat::OIHW) => {
            let value = node.value(1, draft);
            match draft.element_type(&value) {
                ElementType::F32 => Ok(Weights::Computed(value)),
                other => Err(format!("weights of type {other:?} are not supported yet")),
            }
        }
        (tensor, format) => {
            let datum_type = tensor.map(|tensor| tensor.datum_type());
            Err(format!("weights of type {datum_type:?} in the order {format:?} are not supported yet"))
        }
    }
}

/// A constant bias for every channel, or one that is computed and has to be added later.
pub fn bias(
    node: &Node,
    index: usize,
    channels: usize,
    draft: &mut Draft,
) -> Result<(Vec<f32>, Option<Value>), String> {
    if index >= node.inputs.len() {
        return Ok((vec![0.0; channels], None));
    }
    match node.constant(index) {
        Some(tensor) => Ok((per_channel(tensor, channels)?, None)),
        None => Ok((vec![0.0; channels], Some(node.value(index, draft)))),
    }
}

/// Adds a bias that is computed.
pub fn add_later(output: &Value, bias: Option<Value>, node: &Node, draft: &mut Draft) -> Lowered {
    let Some(bias) = bias else { return Ok(output.clone()) };
    let channels = bias.shape.iter().product();
    let bias = draft.row_major(node.name, &bias);
    let mut shape = vec![1; output.shape.len()];
    shape[1] = channels;
    let bias = Value { buffer: bias.buffer, order: (0..shape.len()).collect(), shape };
    draft.combine(node.name, BinaryKind::Add, output, &bias, &output.shape)
}

fn per_channel(bias: &Tensor, channels: usize) -> Result<Vec<f32>, String> {
    let bias = bias.cast_to::<f32>().map_err(|e| e.to_string())?;
    let bias = bias.to_plain_array_view::<f32>().map_err(|e| e.to_string())?;
    match bias.len() {
        1 => Ok(vec![*bias.iter().next().expect("one element"); channels]),
        n if n == channels => Ok(bias.iter().copied().collect()),
        n => Err(format!("its bias has {n} values for {channels} channels")),
    }
}

/// Convolution along one to three spatial axes of a value whose first axes are batch and channels.
///
/// # Errors
/// If weights of three spatial axes are computed.
pub fn convolve(
    name: &str,
    value: &Value,
    weights: &Weights,
    slides: Vec<Slide>,
    groups: usize,
    bias: Vec<f32>,
    draft: &mut Draft,
) -> Lowered {
    let value = as_image(name, value, draft);
    let (value, slides) = usual(name, value, slides, 0.0, draft);
    if let [depth, height, width] = slides[..] {
        let stacked = stack(name, &value, depth, groups, draft);
        let weights = stacked_weights(name, weights, draft)?;
        let output = convolve(name, &stacked, &weights, vec![height, width], groups, bias, draft)?;
        let (batch, out_channels) = (value.shape[0], weights.shape()[0]);
        let shape = vec![batch, out_channels, depth.out, height.out, width.out];
        return Ok(Value { buffer: output.buffer, shape, order: channels_last(5) });
    }
    let (channels, out_channels) = (value.shape[1], weights.shape()[0]);
    let mut shape = vec![value.shape[0], out_channels];
    shape.extend(slides.iter().map(|slide| slide.out));
    let order = channels_last(shape.len());
    let output = draft.value(shape, order);
    let out = operand_as(&output, image_shape(&output));
    let input = operand_as(&value, image_shape(&value));
    let window = two(&slides, 1, |slide| slide.window);
    let stride = two(&slides, 1, |slide| slide.stride);
    let dilation = two(&slides, 1, |slide| slide.dilation);
    let pad_before = two(&slides, 0, |slide| slide.before);
    match weights {
        Weights::Constant(tensor) => {
            let strides = image_strides(&row_major_strides(tensor.shape()));
            let weights = kernel::Weights { tensor: tensor.clone(), strides, scale: vec![1.0; out_channels] };
            let conv = kernel::Conv {
                window,
                stride,
                dilation,
                pad_before,
                groups,
                channels,
                out_channels,
                weights,
                bias,
                residual: false,
                activation: None,
            };
            draft.push(name, Kernel::Conv(Box::new(conv)), vec![input], out);
        }
        Weights::Computed(weights) => {
            let strides = image_strides(&weights.strides());
            let packed = pack(name, weights, strides, window, channels, out_channels, groups, draft);
            let with_bias = bias.iter().any(|&value| value != 0.0);
            let conv = op::Conv {
                window: window.map(|d| d as u32),
                stride: stride.map(|d| d as u32),
                dilation: dilation.map(|d| d as u32),
                pad_before: pad_before.map(|d| d as u32),
                groups: groups as u32,
                bias: with_bias,
                residual: false,
                activation: None,
            };
            let mut inputs = vec![input, packed];
            if with_bias {
                inputs.push(operand(&draft.table(&[out_channels], &bias)));
            }
            draft.push(name, Kernel::Plain(Op::Conv(conv)), inputs, out);
        }
    }
    Ok(output)
}

/// Strides along output channels, input channels, window rows and columns.
fn image_strides(strides: &[usize]) -> [usize; 4] {
    match *strides {
        [o, i, w] => [o, i, 0, w],
        [o, i, h, w] => [o, i, h, w],
        _ => unreachable!("images have one or two spatial axes"),
    }
}

/// Computed weights in panels, as [`maasm_plan::op::Conv`] wants them. `strides` are those of the weights along output
/// channels, input channels, window rows and columns.
#[expect(clippy::too_many_arguments, reason = "all of a convolution's extents")]
pub fn pack(
    name: &str,
    weights: &Value,
    strides: [usize; 4],
    window: [usize; 2],
    channels: usize,
    out_channels: usize,
    groups: usize,
    draft: &mut Draft,
) -> Operand {
    const LANES: usize = PANEL as usize;
    let [by_out, by_in, by_row, by_column] = strides;
    let (inputs, outputs) = (channels / groups, out_channels / groups);
    let (full, rest) = (outputs / LANES, outputs % LANES);
    let panel = window[0] * window[1] * inputs * LANES;
    let group = outputs.div_ceil(LANES) * panel;
    let packed = draft.value(vec![groups * group], vec![0]);
    if rest > 0 {
        draft.fill(name, &packed, 0.0);
    }
    let inside = |lanes: usize| {
        [
            (window[0], by_row, window[1] * inputs * LANES),
            (window[1], by_column, inputs * LANES),
            (inputs, by_in, LANES),
            (lanes, by_out, 1),
        ]
    };
    if full > 0 {
        let mut places = vec![(groups, outputs * by_out, group), (full, LANES * by_out, panel)];
        places.extend(inside(LANES));
        draft.copy_places(name, (weights, 0), (&packed, 0), places);
    }
    if rest > 0 {
        let mut places = vec![(groups, outputs * by_out, group)];
        places.extend(inside(rest));
        draft.copy_places(name, (weights, full * LANES * by_out), (&packed, full * panel), places);
    }
    operand(&packed)
}

/// What the cells of the window along depth see, side by side as channels: three spatial axes become two, and depth
/// part of the batch. Within each group of channels, cell by cell.
fn stack(name: &str, value: &Value, depth: Slide, groups: usize, draft: &mut Draft) -> Value {
    let [batch, channels, extent, height, width] = value.shape[..] else { unreachable!("there are three axes") };
    let each = channels / groups;
    let all = channels * depth.window;
    let output = draft.value(vec![batch * depth.out, all, height, width], channels_last(4));
    if depth.before > 0 || (depth.out - 1) * depth.stride + depth.reach() > extent {
        draft.fill(name, &output, 0.0);
    }
    let area = height * width;
    for cell in 0..depth.window {
        // The places whose cell lies in the input.
        let source = |place: usize| (place * depth.stride + cell * depth.dilation).checked_sub(depth.before);
        let inside: Vec<usize> = (0..depth.out).filter(|&p| source(p).is_some_and(|at| at < extent)).collect();
        let (Some(&first), count) = (inside.first(), inside.len()) else { continue };
        let from = source(first).expect("it lies in the input") * area * channels;
        let to = first * area * all + cell * each;
        let places = vec![
            (batch, extent * area * channels, depth.out * area * all),
            (count, depth.stride * area * channels, area * all),
            (area, channels, all),
            (groups, each, depth.window * each),
            (each, 1, 1),
        ];
        draft.copy_places(name, (value, from), (&output, to), places);
    }
    output
}

/// Weights of three spatial axes for stacked channels.
fn stacked_weights(name: &str, weights: &Weights, draft: &mut Draft) -> Result<Weights, String> {
    let [out, each, depth, height, width] = weights.shape()[..] else { unreachable!("there are three axes") };
    let shape = [out, depth * each, height, width];
    match weights {
        Weights::Constant(tensor) => {
            let moved = (**tensor).clone().permute_axes(&[0, 2, 1, 3, 4]).map_err(|e| e.to_string())?;
            Ok(Weights::Constant(Arc::new(moved.into_shape(&shape).map_err(|e| e.to_string())?)))
        }
        Weights::Computed(value) => {
            let moved = draft.ordered(name, value, &[0, 2, 1, 3, 4]);
            Ok(Weights::Computed(Value { buffer: moved.buffer, shape: shape.to_vec(), order: vec![0, 1, 2, 3] }))
        }
    }
}
