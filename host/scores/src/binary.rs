//! Element-wise functions of two tensors.

use super::fact::{Above, Axis, Fact, Range, Sum};
use super::{is_dense, unary};
use maasm_plan::ElementType;
use maasm_plan::op::{Binary, BinaryKind};

/// In more places than this nobody looks for which elements meet.
const MOST: usize = 1 << 24;

/// Applies a function of two tensors to what is known of them.
pub fn apply(op: &Binary, element_type: ElementType, a: Fact, b: Fact, id: usize) -> Fact {
    if op.kind.compares() || element_type == ElementType::Bool {
        return Fact { whole: true, ..Fact::within(id, Range::new(0.0, 1.0)) };
    }
    // Whole numbers wrap around, and are divided without a rest.
    if element_type.is_integer() {
        return Fact::within(id, Range::ALL);
    }
    let combined = of_numbers(op, a, b, id);
    op.activation.map_or(combined, |activation| unary::apply(activation, combined, id))
}

fn of_numbers(op: &Binary, a: Fact, b: Fact, id: usize) -> Fact {
    let plain = |range: Range| Fact::within(id, range);
    // What is repeated adds up to something else.
    let once = |fact: Fact, strides: &[u32]| if is_dense(&op.shape, strides) { fact } else { fact.part(fact.id) };
    let (x, y) = (once(a, &op.a_strides), once(b, &op.b_strides));
    match (op.kind, a.range.only(), b.range.only()) {
        (BinaryKind::Add, _, Some(by)) => raised(x, by, id),
        (BinaryKind::Add, Some(by), _) => raised(y, by, id),
        (BinaryKind::Add, ..) => added(x, y, id),
        (BinaryKind::Sub, _, Some(by)) => x.shifted(id, -by),
        (BinaryKind::Sub, Some(from), _) => y.scaled(id, -1.0).shifted(id, from),
        (BinaryKind::Sub, ..) => added(x, y.scaled(y.id, -1.0), id),
        (BinaryKind::Mul, _, Some(factor)) => x.scaled(id, factor),
        (BinaryKind::Mul, Some(factor), _) => y.scaled(id, factor),
        (BinaryKind::Mul, ..) => share(op, [(a, &op.a_strides), (b, &op.b_strides)], true, id)
            .or_else(|| share(op, [(b, &op.b_strides), (a, &op.a_strides)], true, id))
            .unwrap_or_else(|| plain(product(a.range, b.range))),
        (BinaryKind::Div, _, Some(by)) if by != 0.0 => x.scaled(id, 1.0 / by),
        (BinaryKind::Div, Some(1.0), _) => unary::inverse(y, id),
        (BinaryKind::Div, ..) => share(op, [(a, &op.a_strides), (b, &op.b_strides)], false, id)
            .unwrap_or_else(|| plain(product(a.range, unary::reciprocal(b.range)))),
        (BinaryKind::Min, _, Some(high)) => x.clamped(id, f64::NEG_INFINITY, high),
        (BinaryKind::Min, Some(high), _) => y.clamped(id, f64::NEG_INFINITY, high),
        (BinaryKind::Min, ..) => plain(Range::new(a.range.low.min(b.range.low), a.range.high.min(b.range.high))),
        (BinaryKind::Max, _, Some(low)) => x.clamped(id, low, f64::INFINITY),
        (BinaryKind::Max, Some(low), _) => y.clamped(id, low, f64::INFINITY),
        (BinaryKind::Max, ..) => plain(Range::new(a.range.low.max(b.range.low), a.range.high.max(b.range.high))),
        (BinaryKind::Pow, _, exponent) => power(x, b.range, exponent, id),
        (BinaryKind::Prelu, ..) if a.range.low >= 0.0 => Fact { id, ..x },
        _ => plain(Range::ALL),
    }
}

/// A value plus a number: what was not below 0 is then not above it.
fn raised(x: Fact, by: f64, id: usize) -> Fact {
    let own = Above { of: x.id, along: None, exact: false, inverse: false };
    let above = match x.above {
        Some(above) if !above.inverse => Some(Above { exact: above.exact && by == 0.0, ..above }),
        _ => (x.range.low >= 0.0).then_some(own),
    };
    Fact { above: above.filter(|_| by >= 0.0), ..x.shifted(id, by) }
}

/// The sum of two values, element by element.
pub fn added(x: Fact, y: Fact, id: usize) -> Fact {
    let sums = x.sum.zip(y.sum).filter(|(x, y)| x.axis == y.axis);
    let sum = sums.map(|(x, y)| Sum { axis: x.axis, total: x.total + y.total, error: x.error + y.error });
    let range = Range::of(&[x.range.low + y.range.low, x.range.high + y.range.high]);
    Fact { whole: x.whole && y.whole, sum, ..Fact::within(id, range) }
}

/// A part of what it is divided by: `x / above` or, if the second is inverted already, `x · (1 / above)`.
fn share(
    op: &Binary,
    [(x, x_strides), (whole, strides)]: [(Fact, &[u32]); 2],
    inverse: bool,
    id: usize,
) -> Option<Fact> {
    let above = whole.above.filter(|above| above.of == x.id && above.inverse == inverse)?;
    if !is_dense(&op.shape, x_strides) || !meet(&op.shape, strides, above.along) {
        return None;
    }
    let sum = above.along.filter(|_| above.exact).map(|axis| Sum { axis, total: 1.0, error: 0.0 });
    let range = if x.range.low >= 0.0 { Range::new(0.0, 1.0) } else { Range::ALL };
    Some(Fact { sum, ..Fact::within(id, range) })
}

/// Checks that each element meets the one that stands for it along this axis.
fn meet(shape: &[u32], strides: &[u32], along: Option<Axis>) -> bool {
    let Some(Axis { extent, inner, .. }) = along else { return is_dense(shape, strides) };
    let places = shape.iter().fold(1usize, |places, &extent| places.saturating_mul(extent as usize));
    if places > MOST {
        return false;
    }
    let read = |place: usize| {
        let mut rest = place;
        shape.iter().zip(strides).rev().fold(0, |at, (&extent, &stride)| {
            let along = rest % extent as usize;
            rest /= extent as usize;
            at + along * stride as usize
        })
    };
    (0..places).all(|place| read(place) == place / (extent * inner) * inner + place % inner)
}

fn product(a: Range, b: Range) -> Range {
    let times = |a: f64, b: f64| if a == 0.0 || b == 0.0 { 0.0 } else { a * b };
    Range::of(&[times(a.low, b.low), times(a.low, b.high), times(a.high, b.low), times(a.high, b.high)])
}

fn power(x: Fact, exponents: Range, exponent: Option<f64>, id: usize) -> Fact {
    let plain = |range: Range| Fact::within(id, range);
    match exponent {
        Some(1.0) => Fact { id, ..x },
        Some(-1.0) => unary::inverse(x, id),
        Some(2.0) => plain(unary::square(x.range)),
        Some(exponent) if x.range.low >= 0.0 => {
            let raised = |value: f64| value.powf(exponent);
            plain(Range::of(&[raised(x.range.low), raised(x.range.high)]))
        }
        _ if x.range.is_within(0.0, 1.0) && exponents.low >= 0.0 => plain(Range::new(0.0, 1.0)),
        _ if x.range.low >= 0.0 => plain(Range::new(0.0, f64::INFINITY)),
        _ => plain(Range::ALL),
    }
}
