//! Element-wise functions of one tensor.

use super::fact::{Above, Fact, Range, Sum};
use maasm_plan::op::Unary;
use std::f64::consts::PI;

/// Applies a function to what is known of a tensor.
pub fn apply(function: Unary, x: Fact, id: usize) -> Fact {
    let plain = |range: Range| Fact::within(id, range);
    match function {
        Unary::Clamp { low, high } => x.clamped(id, low.into(), high.into()),
        Unary::Neg => x.scaled(id, -1.0),
        Unary::Floor => x.rounded(id, 1.0, f64::floor),
        Unary::Ceil => x.rounded(id, 1.0, f64::ceil),
        Unary::Round => x.rounded(id, 0.5, f64::round_ties_even),
        Unary::Abs | Unary::LeakyRelu { .. } | Unary::Elu { .. } if x.range.low >= 0.0 => Fact { id, ..x },
        Unary::Log if x.range.is_within(0.0, 1.0) => {
            let parts = x.sum.filter(|sum| (sum.total, sum.error) == (1.0, 0.0));
            Fact { logarithms: parts.map(|sum| sum.axis), ..plain(x.range.rising(f64::ln)) }
        }
        Unary::Exp => Fact {
            sum: x.logarithms.map(|axis| Sum { axis, total: 1.0, error: 0.0 }),
            ..plain(if x.logarithms.is_some() { Range::new(0.0, 1.0) } else { x.range.rising(f64::exp) })
        },
        Unary::Reciprocal => inverse(x, id),
        _ => plain(range(function, x.range)),
    }
}

fn range(function: Unary, x: Range) -> Range {
    match function {
        Unary::HardSigmoid { alpha, beta } => {
            let line = |value: f64| f64::from(alpha) * value + f64::from(beta);
            let Range { low, high } = Range::of(&[line(x.low), line(x.high)]);
            // A slope of 0 and an unbounded input have no product.
            let bound = |end: f64, otherwise: f64| if end.is_nan() { otherwise } else { end.clamp(0.0, 1.0) };
            Range::new(bound(low, 0.0), bound(high, 1.0))
        }
        Unary::Sigmoid => x.rising(|value| 1.0 / (1.0 + (-value).exp())),
        Unary::Tanh => x.rising(f64::tanh),
        Unary::Erf => Range::new(if x.low >= 0.0 { 0.0 } else { -1.0 }, if x.high <= 0.0 { 0.0 } else { 1.0 }),
        Unary::Softplus => x.rising(|value| if value > 700.0 { value } else { value.exp().ln_1p() }),
        Unary::Softsign => {
            x.rising(|value| if value.is_infinite() { value.signum() } else { value / (1.0 + value.abs()) })
        }
        Unary::Sign => x.rising(|value| if value == 0.0 { 0.0 } else { value.signum() }),
        Unary::Log if x.low >= 0.0 => x.rising(f64::ln),
        Unary::Sqrt if x.low >= 0.0 => x.rising(f64::sqrt),
        Unary::Rsqrt if x.low >= 0.0 => reciprocal(x.rising(f64::sqrt)),
        Unary::Atan => x.rising(f64::atan),
        Unary::Asin => Range::new(-PI / 2.0, PI / 2.0),
        Unary::Acos => Range::new(0.0, PI),
        Unary::Sin | Unary::Cos => Range::new(-1.0, 1.0),
        Unary::Cosh => Range::new(1.0, f64::INFINITY),
        Unary::Acosh => Range::new(0.0, f64::INFINITY),
        Unary::Sinh => x.rising(f64::sinh),
        Unary::Asinh => x.rising(f64::asinh),
        Unary::Square => square(x),
        Unary::Abs => {
            Range::new(if x.low <= 0.0 && x.high >= 0.0 { 0.0 } else { x.low.abs().min(x.high.abs()) }, x.reach())
        }
        Unary::LeakyRelu { alpha } if alpha >= 0.0 => {
            x.rising(|value| if value >= 0.0 { value } else { f64::from(alpha) * value })
        }
        Unary::Elu { alpha } if alpha >= 0.0 => Range::new(-f64::from(alpha), x.high.max(0.0)),
        Unary::ThresholdedRelu { .. } => x.or(Range::new(0.0, 0.0)),
        // None of them falls below −0.4.
        Unary::Silu | Unary::HardSwish | Unary::Gelu | Unary::GeluTanh | Unary::Mish => {
            Range::new(if x.low >= 0.0 { 0.0 } else { -0.4 }, x.high.max(0.0))
        }
        _ => Range::ALL,
    }
}

/// One divided by it.
pub fn inverse(x: Fact, id: usize) -> Fact {
    let above = x.above.map(|above| Above { inverse: !above.inverse, ..above });
    Fact { above, ..Fact::within(id, reciprocal(x.range)) }
}

pub fn square(x: Range) -> Range {
    let ends = [x.low * x.low, x.high * x.high];
    let low = if x.low <= 0.0 && x.high >= 0.0 { 0.0 } else { ends[0].min(ends[1]) };
    Range::new(low, ends[0].max(ends[1]))
}

/// Of numbers on one side of zero.
pub fn reciprocal(x: Range) -> Range {
    match x {
        Range { low, .. } if low >= 0.0 => Range::new(1.0 / x.high, if low == 0.0 { f64::INFINITY } else { 1.0 / low }),
        Range { high, .. } if high < 0.0 => Range::new(1.0 / high, 1.0 / x.low),
        _ => Range::ALL,
    }
}
