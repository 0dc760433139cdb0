//! The fast element-wise functions: without branches, so that the compiler turns the loops into vectors.
//!
//! Polynomials are those of the Cephes library's `expf` and `tanhf` (S. Moshier, 1989), good to two units in the
//! last place.

use super::{clamp, scalar};
use crate::simd::{Kernel, Simd};
use maasm_plan::op::Unary;

/// A function to be applied in place.
pub struct Fast<'a> {
    /// The function.
    pub op: Unary,
    /// Its argument, and then its result.
    pub y: &'a mut [f32],
}

impl Kernel for Fast<'_> {
    #[inline(always)]
    fn run<S: Simd>(self) {
        run(self.op, self.y);
    }
}

/// Inlined into what is compiled with an instruction set; WebAssembly has but one.
#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
pub fn run(op: Unary, y: &mut [f32]) {
    match op {
        Unary::Clamp { low, high } => each(y, |x| clamp(x, low, high)),
        Unary::LeakyRelu { alpha } => each(y, |x| if x > 0.0 { x } else { alpha * x }),
        Unary::Elu { alpha } => each(y, |x| if x > 0.0 { x } else { alpha * exp_m1(x) }),
        Unary::Selu { alpha, gamma } => each(y, |x| gamma * if x > 0.0 { x } else { alpha * exp_m1(x) }),
        Unary::HardSigmoid { alpha, beta } => each(y, |x| clamp(alpha * x + beta, 0.0, 1.0)),
        Unary::HardSwish => each(y, |x| x * clamp(x / 6.0 + 0.5, 0.0, 1.0)),
        Unary::Sigmoid => each(y, sigmoid),
        Unary::Silu => each(y, |x| x * sigmoid(x)),
        Unary::Tanh => each(y, tanh),
        Unary::Mish => each(y, mish),
        Unary::GeluTanh => each(y, gelu_tanh),
        Unary::Exp => each(y, exp),
        Unary::Sqrt => each(y, f32::sqrt),
        Unary::Rsqrt => each(y, |x| 1.0 / x.sqrt()),
        Unary::Reciprocal => each(y, |x| 1.0 / x),
        Unary::Square => each(y, |x| x * x),
        Unary::Neg => each(y, |x| -x),
        Unary::Abs => each(y, f32::abs),
        Unary::Softplus
        | Unary::Erf
        | Unary::Gelu
        | Unary::Log
        | Unary::Floor
        | Unary::Ceil
        | Unary::Round
        | Unary::Sign
        | Unary::Sin
        | Unary::Cos
        | Unary::Tan
        | Unary::Asin
        | Unary::Acos
        | Unary::Atan
        | Unary::Sinh
        | Unary::Cosh
        | Unary::Asinh
        | Unary::Acosh
        | Unary::Atanh
        | Unary::Softsign
        | Unary::ThresholdedRelu { .. }
        | Unary::Shrink { .. }
        | Unary::Not => each(y, |x| scalar(op, x)),
    }
}

#[inline(always)]
fn each(y: &mut [f32], f: impl Fn(f32) -> f32) {
    for y in y {
        *y = f(*y);
    }
}

/// `x = n · ln 2 + r` with `|r| ≤ ln 2 / 2`; gives `n` and `eʳ − 1`.
#[inline(always)]
fn reduced(x: f32) -> (i32, f32) {
    /// One and a half times 2²³: adding it rounds to an integer, which is then in the low bits.
    const ROUND: f32 = 12_582_912.0;
    /// The high bits of ln 2, few enough that their product with `n` is exact, and the rest.
    const LN_2_HIGH: f32 = 0.693_359_4;
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    // Beyond these the result is 0 or infinite; NaN stays.
    let x = clamp(x, -104.0, 89.0);
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = x - n * LN_2_HIGH - n * LN_2_LOW;
    let p = 1.987_569_1e-4;
    let p = p * r + 1.398_199_9e-3;
    let p = p * r + 8.333_452e-3;
    let p = p * r + 4.166_579_6e-2;
    let p = p * r + 1.666_666_5e-1;
    let p = p * r + 0.5;
    let bits = (shifted.to_bits() as i32).wrapping_sub(ROUND.to_bits() as i32);
    (bits, p * r * r + r)
}

/// `2ⁿ` for an `n` from −126 to 127.
#[inline(always)]
fn power_of_two(n: i32) -> f32 {
    f32::from_bits((n.wrapping_add(127) as u32) << 23)
}

#[inline(always)]
fn exp(x: f32) -> f32 {
    let (n, p) = reduced(x);
    // In two steps, because 2ⁿ alone may be too large or too small.
    let half = n >> 1;
    (p + 1.0) * power_of_two(half) * power_of_two(n.wrapping_sub(half))
}

/// `eˣ − 1` for `x ≤ 0`, exact near 0.
#[inline(always)]
fn exp_m1(x: f32) -> f32 {
    let (n, p) = reduced(clamp(x, -20.0, 0.0));
    let scale = power_of_two(n);
    scale * p + (scale - 1.0)
}

#[inline(always)]
fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

#[inline(always)]
fn tanh(x: f32) -> f32 {
    let z = x * x;
    let p = -5.704_988_7e-3;
    let p = p * z + 2.063_909e-2;
    let p = p * z - 5.373_971_6e-2;
    let p = p * z + 1.333_144_2e-1;
    let p = p * z - 3.333_328e-1;
    let near = p * z * x + x;
    let far = (1.0 - 2.0 / (exp(2.0 * x.abs()) + 1.0)).copysign(x);
    if x.abs() < 0.625 { near } else { far }
}

/// `x · tanh(ln(1 + e))` where `e = eˣ`, multiplied out.
#[inline(always)]
fn mish(x: f32) -> f32 {
    let e = exp(clamp(x, -104.0, 20.0));
    let product = e * (e + 2.0);
    x * (product / (product + 2.0))
}

#[inline(always)]
fn gelu_tanh(x: f32) -> f32 {
    const SCALE: f32 = 0.797_884_6;
    // (1 + tanh(u)) / 2 = sigmoid(2u)
    x * sigmoid(2.0 * SCALE * (x + 0.044_715 * x * x * x))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transcendental_functions_are_within_two_units_in_the_last_place_of_double_precision() {
        for x in (-8000..8000).map(|i| i as f32 / 100.0) {
            let wide = f64::from(x);
            let cases = [
                ("exp", exp(x), wide.exp()),
                ("sigmoid", sigmoid(x), 1.0 / (1.0 + (-wide).exp())),
                ("tanh", tanh(x), wide.tanh()),
            ];
            for (name, found, expected) in cases {
                let error = (f64::from(found) - expected).abs() / expected.abs().max(1e-37);
                assert!(error < 2.4e-7, "{name}({x}) is {found}, not {expected}");
            }
        }
    }
}
