//! Element-wise functions of one tensor.

pub mod fast;

use super::integers::{self, CHUNK};
use crate::simd::Level;
use maasm_plan::ElementType;
use maasm_plan::op::Unary;

/// Applies the function to every element, in place.
pub fn run(level: Level, op: Unary, y: &mut [f32]) {
    level.run(fast::Fast { op, y });
}

/// Applies the function to every element, in place, by its specification.
pub fn apply(op: Unary, y: &mut [f32]) {
    y.iter_mut().for_each(|y| *y = scalar(op, *y));
}

/// `min(max(x, low), high)`; NaN stays NaN, and crossed bounds give `high`.
#[inline(always)]
pub fn clamp(x: f32, low: f32, high: f32) -> f32 {
    let x = if x < low { low } else { x };
    if x > high { high } else { x }
}

fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

/// `ln(1 + eˣ)` without overflow.
fn softplus(x: f32) -> f32 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

/// The specification.
pub fn scalar(op: Unary, x: f32) -> f32 {
    match op {
        Unary::Clamp { low, high } => clamp(x, low, high),
        Unary::LeakyRelu { alpha } => {
            if x > 0.0 {
                x
            } else {
                alpha * x
            }
        }
        Unary::Elu { alpha } => {
            if x > 0.0 {
                x
            } else {
                alpha * x.exp_m1()
            }
        }
        Unary::Selu { alpha, gamma } => gamma * if x > 0.0 { x } else { alpha * x.exp_m1() },
        Unary::HardSigmoid { alpha, beta } => (alpha * x + beta).clamp(0.0, 1.0),
        Unary::HardSwish => x * (x / 6.0 + 0.5).clamp(0.0, 1.0),
        Unary::Sigmoid => sigmoid(x),
        Unary::Silu => x * sigmoid(x),
        Unary::Tanh => x.tanh(),
        Unary::Softplus => softplus(x),
        Unary::Mish => x * softplus(x).tanh(),
        Unary::Erf => libm::erff(x),
        Unary::Gelu => 0.5 * x * (1.0 + libm::erff(x * std::f32::consts::FRAC_1_SQRT_2)),
        Unary::GeluTanh => {
            let inner = (2.0 * std::f32::consts::FRAC_1_PI).sqrt() * (x + 0.044_715 * x * x * x);
            0.5 * x * (1.0 + inner.tanh())
        }
        Unary::Exp => x.exp(),
        Unary::Log => x.ln(),
        Unary::Sqrt => x.sqrt(),
        Unary::Rsqrt => 1.0 / x.sqrt(),
        Unary::Reciprocal => 1.0 / x,
        Unary::Square => x * x,
        Unary::Neg => -x,
        Unary::Abs => x.abs(),
        Unary::Floor => x.floor(),
        Unary::Ceil => x.ceil(),
        Unary::Round => x.round_ties_even(),
        Unary::Sign => {
            if x > 0.0 {
                1.0
            } else if x < 0.0 {
                -1.0
            } else {
                x
            }
        }
        Unary::Sin => x.sin(),
        Unary::Cos => x.cos(),
        Unary::Tan => x.tan(),
        Unary::Asin => x.asin(),
        Unary::Acos => x.acos(),
        Unary::Atan => x.atan(),
        Unary::Sinh => x.sinh(),
        Unary::Cosh => x.cosh(),
        Unary::Asinh => libm::asinhf(x),
        Unary::Acosh => libm::acoshf(x),
        Unary::Atanh => libm::atanhf(x),
        Unary::Softsign => x / (1.0 + x.abs()),
        Unary::ThresholdedRelu { alpha } => {
            if x > alpha {
                x
            } else {
                0.0
            }
        }
        Unary::Shrink { lambd, bias } => {
            if x < -lambd {
                x + bias
            } else if x > lambd {
                x - bias
            } else {
                0.0
            }
        }
        Unary::Not => unreachable!("validation allows it for integers only"),
    }
}

/// Applies the function to every element of `y`, integers or truth values, in place.
pub fn run_integers(op: Unary, element_type: ElementType, y: &mut [u8]) {
    let elements = y.len() / element_type.size() as usize;
    for start in (0..elements).step_by(CHUNK) {
        let mut values = [0; CHUNK];
        let values = &mut values[..CHUNK.min(elements - start)];
        integers::load(element_type, y, start, 1, values);
        for value in values.iter_mut() {
            *value = match op {
                Unary::Neg => value.wrapping_neg(),
                Unary::Abs if element_type == ElementType::U64 => *value,
                Unary::Abs => value.wrapping_abs(),
                Unary::Sign if element_type == ElementType::U64 => i64::from(*value != 0),
                Unary::Sign => value.signum(),
                Unary::Not if element_type == ElementType::Bool => *value ^ 1,
                _ => !*value,
            };
        }
        integers::store(element_type, values, y, start);
    }
}
