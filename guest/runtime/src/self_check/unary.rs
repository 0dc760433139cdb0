//! Element-wise functions.

use super::{Random, compare};
use crate::kernels::unary;
use crate::simd::Level;
use maasm_plan::op::Unary;

const ALL: &[Unary] = &[
    Unary::Clamp { low: -0.5, high: 6.0 },
    Unary::LeakyRelu { alpha: 0.1 },
    Unary::Elu { alpha: 1.3 },
    Unary::Selu { alpha: 1.7, gamma: 1.05 },
    Unary::HardSigmoid { alpha: 0.2, beta: 0.5 },
    Unary::HardSwish,
    Unary::Sigmoid,
    Unary::Silu,
    Unary::Tanh,
    Unary::Softplus,
    Unary::Mish,
    Unary::Erf,
    Unary::Gelu,
    Unary::GeluTanh,
    Unary::Exp,
    Unary::Log,
    Unary::Sqrt,
    Unary::Rsqrt,
    Unary::Reciprocal,
    Unary::Square,
    Unary::Neg,
    Unary::Abs,
    Unary::Floor,
    Unary::Ceil,
    Unary::Round,
    Unary::Sign,
];

pub fn check(random: &mut Random) -> Result<(), String> {
    let op = random.one_of(ALL);
    let spread = random.one_of(&[0.01, 1.0, 10.0, 120.0]);
    let len = random.up_to(70) as usize;
    let mut x: Vec<f32> = random.floats(len).into_iter().map(|x| x * spread).collect();
    x.extend([0.0, -0.0, f32::INFINITY, f32::NEG_INFINITY, f32::NAN, 88.5, -88.5]);
    let expected: Vec<f32> = x.iter().map(|&x| unary::scalar(op, x)).collect();
    for level in Level::all() {
        let mut found = x.clone();
        unary::run(level, op, &mut found);
        let what = || format!("{level:?} {op:?} of {x:?}");
        compare(what, &found, &expected, 4e-7)?;
        // Small results must be right relative to themselves too.
        for (i, (&found, &expected)) in found.iter().zip(&expected).enumerate() {
            let smooth = expected.abs() > f32::MIN_POSITIVE && !matches!(op, Unary::GeluTanh | Unary::Gelu);
            if smooth && expected.is_finite() && (found - expected).abs() > 1e-6 * expected.abs() {
                return Err(format!("{level:?} {op:?} of {}: {found}, not {expected}", x[i]));
            }
        }
    }
    Ok(())
}
