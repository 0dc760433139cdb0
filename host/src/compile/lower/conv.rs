//! Convolution by constant weights.

use super::{Lowered, Node};
use crate::compile::draft::{Draft, Value, channels_last, operand_as, row_major_strides};
use crate::compile::kernel::{self, Kernel, Weights};
use tract_onnx::tract_core::ops::cnn::{Conv, KernelFormat, PoolSpec};
use tract_onnx::tract_core::ops::nn::DataFormat;
use tract_onnx::tract_hir::internal::*;

/// A window slid over one or two spatial axes, as two.
pub struct Window {
    /// Height and width.
    pub size: [usize; 2],
    /// Step between output places.
    pub stride: [usize; 2],
    /// Step between cells.
    pub dilation: [usize; 2],
    /// Padding above and to the left.
    pub before: [usize; 2],
}

impl Window {
    /// Reads it off tract's description for an input of `shape`.
    pub fn new(spec: &PoolSpec, shape: &[usize]) -> Result<Self, String> {
        if spec.data_format != DataFormat::NCHW {
            return Err(format!("data format {:?} is not supported, only NCHW", spec.data_format));
        }
        let spatial = &shape[2..];
        let padding = spec.computed_padding(spatial);
        let two = |values: Vec<usize>, fill: usize| match values[..] {
            [w] => Ok([fill, w]),
            [h, w] => Ok([h, w]),
            _ => Err(format!("{} spatial axes are not supported yet, only 1 or 2", values.len())),
        };
        for (axis, padding) in padding.iter().enumerate() {
            let reach = (spec.kernel_shape[axis] - 1) * spec.dilation(axis) + 1;
            if padding.pad_before >= reach.max(2) {
                return Err(format!("padding {} before a window of {reach} is not supported yet", padding.pad_before));
            }
        }
        Ok(Self {
            size: two(spec.kernel_shape.to_vec(), 1)?,
            stride: two(spec.strides().to_vec(), 1)?,
            dilation: two(spec.dilations().to_vec(), 1)?,
            before: two(padding.iter().map(|p| p.pad_before).collect(), 0)?,
        })
    }
}

/// `[batch, height, width, channels]` of a channels-last value with one or two spatial axes.
pub fn image_shape(value: &Value) -> [usize; 4] {
    match value.physical()[..] {
        [n, w, c] => [n, 1, w, c],
        [n, h, w, c] => [n, h, w, c],
        _ => unreachable!("windows have one or two spatial axes"),
    }
}

/// The value channels last.
pub fn as_image(node: &Node, draft: &mut Draft) -> Value {
    let value = node.value(0, draft);
    let order = channels_last(value.shape.len());
    draft.ordered(node.name, &value, &order)
}

pub fn lower(op: &Conv, node: Node, draft: &mut Draft) -> Lowered {
    if op.q_params.is_some() {
        return Err("quantised convolution is not supported yet".into());
    }
    let Some(weights) = node.constant(1).cloned() else {
        return Err("its weights are computed at run time; only constant weights are supported".into());
    };
    let Some(bias) = node.constant(2).cloned() else {
        return Err("its bias is computed at run time; only a constant bias is supported".into());
    };
    if weights.datum_type() != f32::datum_type() {
        return Err(format!("weights of type {:?} are not supported yet", weights.datum_type()));
    }
    let input = as_image(&node, draft);
    let window = Window::new(&op.pool_spec, &input.shape)?;
    let strides = weight_strides(op.kernel_fmt, weights.shape());
    let (channels, out_channels) = (op.input_channels(), op.output_channels());
    let output = draft.value(node.shape.clone(), channels_last(node.shape.len()));
    let conv = kernel::Conv {
        window: window.size,
        stride: window.stride,
        dilation: window.dilation,
        pad_before: window.before,
        groups: op.group,
        channels,
        out_channels,
        weights: Weights { tensor: weights, strides, scale: vec![1.0; out_channels] },
        bias: per_channel(&bias, out_channels)?,
        residual: false,
        activation: None,
    };
    let out = operand_as(&output, image_shape(&output));
    draft.push(node.name, Kernel::Conv(Box::new(conv)), vec![operand_as(&input, image_shape(&input))], out);
    Ok(output)
}

/// The distances between neighbours along output channels, input channels, window rows and columns.
fn weight_strides(format: KernelFormat, shape: &[usize]) -> [usize; 4] {
    let strides = row_major_strides(shape);
    let one_dimensional = shape.len() == 3;
    let spatial =
        |first: usize| if one_dimensional { [0, strides[first]] } else { [strides[first], strides[first + 1]] };
    let last = shape.len() - 1;
    let (o, i, [h, w]) = match format {
        KernelFormat::OIHW => (strides[0], strides[1], spatial(2)),
        KernelFormat::HWIO => (strides[last], strides[last - 1], spatial(0)),
        KernelFormat::OHWI => (strides[0], strides[last], spatial(1)),
    };
    [o, i, h, w]
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
