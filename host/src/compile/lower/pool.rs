//! Pooling.

use super::conv::{Window, as_image, image_shape};
use super::{Lowered, Node};
use crate::compile::draft::{Draft, channels_last, operand_as};
use crate::compile::kernel::Kernel;
use maasm_plan::Op;
use maasm_plan::op::{Pool, PoolKind};
use tract_onnx::tract_core::ops::cnn::{MaxPool, PoolSpec, SumPool};

pub fn lower_max(op: &MaxPool, node: Node, draft: &mut Draft) -> Lowered {
    lower(PoolKind::Max, &op.pool_spec, node, draft)
}

pub fn lower_sum(op: &SumPool, node: Node, draft: &mut Draft) -> Lowered {
    let kind = match (op.normalize, op.count_include_pad) {
        (false, _) => PoolKind::Sum,
        (true, false) => PoolKind::Average,
        (true, true) => PoolKind::AverageWithPadding,
    };
    lower(kind, &op.pool_spec, node, draft)
}

fn lower(kind: PoolKind, spec: &PoolSpec, node: Node, draft: &mut Draft) -> Lowered {
    let input = as_image(&node, draft);
    let window = Window::new(spec, &input.shape)?;
    let output = draft.value(node.shape.clone(), channels_last(node.shape.len()));
    let pool = Pool {
        kind,
        window: window.size.map(|d| d as u32),
        stride: window.stride.map(|d| d as u32),
        dilation: window.dilation.map(|d| d as u32),
        pad_before: window.before.map(|d| d as u32),
    };
    if kind == PoolKind::AverageWithPadding && overhangs(spec, &input.shape[2..]) {
        return Err("average over padding with ceil_mode, where the last window overhangs the padding, is not \
                    supported yet"
            .into());
    }
    let (from, to) = (operand_as(&input, image_shape(&input)), operand_as(&output, image_shape(&output)));
    draft.push(node.name, Kernel::Plain(Op::Pool(pool)), vec![from], to);
    Ok(output)
}

/// Whether the last window reaches behind input and declared padding.
fn overhangs(spec: &PoolSpec, spatial: &[usize]) -> bool {
    use tract_onnx::tract_core::ops::cnn::PaddingSpec;
    let PaddingSpec::ExplicitOnnxPool(_, after, true) = &spec.padding else { return false };
    let computed = spec.computed_padding(spatial);
    computed.iter().enumerate().any(|(axis, padding)| {
        let reach = (spec.kernel_shape[axis] - 1) * spec.dilation(axis) + 1;
        (padding.convoluted - 1) * spec.stride(axis) + reach > spatial[axis] + padding.pad_before + after[axis]
    })
}
