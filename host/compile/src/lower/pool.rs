//! Pooling.

use super::window::{Slide, as_image, image_shape, slides, two, usual};
use super::{Lowered, Node};
use crate::draft::{Draft, Value, channels_last, operand_as};
use crate::kernel::Kernel;
use maasm_plan::op::{BinaryKind, Pool, PoolKind};
use maasm_plan::{ElementType, Op};
use tract_onnx::tract_core::ops::cnn::{PaddingSpec, PoolSpec, SumPool};

pub fn lower_sum(op: &SumPool, node: Node, draft: &mut Draft) -> Lowered {
    let value = node.value(0, draft);
    let along = slides(&op.pool_spec, &value.shape)?;
    let value = draft.cast(node.name, &value, ElementType::F32);
    if !op.normalize {
        return Ok(slide(node.name, PoolKind::Sum, &value, along, draft));
    }
    let spatial = value.shape[2..].to_vec();
    let usual = along.iter().all(|slide| slide.before < slide.reach().max(2));
    let overhangs = op.count_include_pad && overhangs(&op.pool_spec, &spatial, &along);
    if along.len() < 3 && usual && !overhangs {
        let kind = if op.count_include_pad { PoolKind::AverageWithPadding } else { PoolKind::Average };
        return Ok(slide(node.name, kind, &value, along, draft));
    }
    // The sums, and what each has to be divided by.
    let counts: Vec<Vec<usize>> = (0..along.len())
        .map(|axis| {
            let room = if op.count_include_pad { declared_after(&op.pool_spec, axis) } else { None };
            counts(&along[axis], spatial[axis], op.count_include_pad, room)
        })
        .collect();
    let shape: Vec<usize> = [1, 1].into_iter().chain(along.iter().map(|slide| slide.out)).collect();
    let mut factors = vec![1.0f32];
    for counts in &counts {
        factors = factors.iter().flat_map(|&f| counts.iter().map(move |&c| f / c.max(1) as f32)).collect();
    }
    let sums = slide(node.name, PoolKind::Sum, &value, along, draft);
    let factors = draft.table(&shape, &factors);
    draft.combine(node.name, BinaryKind::Mul, &sums, &factors, &node.shape)
}

/// How many cells count at each output place: those in the input, or also those in the padding, which behind ends
/// where it was declared to.
fn counts(slide: &Slide, extent: usize, with_padding: bool, after: Option<usize>) -> Vec<usize> {
    let end = slide.before + extent;
    let (low, high) = match (with_padding, after) {
        (false, _) => (slide.before, end),
        (true, Some(after)) => (0, end + after),
        (true, None) => (0, usize::MAX),
    };
    let cells = |place: usize| (0..slide.window).map(move |cell| place * slide.stride + cell * slide.dilation);
    (0..slide.out).map(|place| cells(place).filter(|&at| low <= at && at < high).count()).collect()
}

/// The padding that the model declares behind an axis, if it does.
fn declared_after(spec: &PoolSpec, axis: usize) -> Option<usize> {
    match &spec.padding {
        PaddingSpec::ExplicitOnnxPool(_, after, _) | PaddingSpec::Explicit(_, after) => Some(after[axis]),
        PaddingSpec::Valid => Some(0),
        _ => None,
    }
}

/// Whether the last window reaches behind input and declared padding.
fn overhangs(spec: &PoolSpec, spatial: &[usize], along: &[Slide]) -> bool {
    along.iter().enumerate().any(|(axis, slide)| {
        declared_after(spec, axis)
            .is_some_and(|after| (slide.out - 1) * slide.stride + slide.reach() > spatial[axis] + slide.before + after)
    })
}

/// Pools along one to three spatial axes; three are done in two goes, which gives the same maxima and sums.
pub fn slide(name: &str, kind: PoolKind, value: &Value, slides: Vec<Slide>, draft: &mut Draft) -> Value {
    let value = as_image(name, value, draft);
    let with = if kind == PoolKind::Max { f32::NEG_INFINITY } else { 0.0 };
    let (value, slides) = usual(name, value, slides, with, draft);
    let mut shape = value.shape.clone();
    if let [depth, height, width] = slides[..] {
        let [n, c, d, h, w] = value.shape[..] else { unreachable!("there are three spatial axes") };
        let planes = Value { buffer: value.buffer, shape: vec![n * d, c, h, w], order: channels_last(4) };
        let inner = draft.value(vec![n * d, c, height.out, width.out], channels_last(4));
        push(name, kind, &planes, &[height, width], &inner, draft);
        let area = height.out * width.out;
        let columns = Value { buffer: inner.buffer, shape: vec![n, c, d, area], order: channels_last(4) };
        let outer = draft.value(vec![n, c, depth.out, area], channels_last(4));
        push(name, kind, &columns, &[depth, Slide::still(area)], &outer, draft);
        shape.splice(2.., [depth.out, height.out, width.out]);
        return Value { buffer: outer.buffer, shape, order: channels_last(5) };
    }
    shape.splice(2.., slides.iter().map(|slide| slide.out));
    let order = channels_last(shape.len());
    let output = draft.value(shape, order);
    push(name, kind, &value, &slides, &output, draft);
    output
}

/// One pool in a step of its own.
pub fn push(name: &str, kind: PoolKind, value: &Value, slides: &[Slide], output: &Value, draft: &mut Draft) {
    let pool = Pool {
        kind,
        window: two(slides, 1, |slide| slide.window as u32),
        stride: two(slides, 1, |slide| slide.stride as u32),
        dilation: two(slides, 1, |slide| slide.dilation as u32),
        pad_before: two(slides, 0, |slide| slide.before as u32),
    };
    let (from, to) = (operand_as(value, image_shape(value)), operand_as(output, image_shape(output)));
    draft.push(name, Kernel::Plain(Op::Pool(pool)), vec![from], to);
}
