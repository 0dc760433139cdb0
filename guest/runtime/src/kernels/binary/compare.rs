//! Comparisons of f32.

use crate::kernels::walk::Walk;
use maasm_plan::op::{Binary, BinaryKind};

/// Truth values as bytes.
pub fn run(op: &Binary, a: &[f32], b: &[f32], y: &mut [u8]) {
    match op.kind {
        BinaryKind::Equal => each(op, a, b, y, |a, b| a == b),
        BinaryKind::NotEqual => each(op, a, b, y, |a, b| a != b),
        BinaryKind::Less => each(op, a, b, y, |a, b| a < b),
        _ => each(op, a, b, y, |a, b| a <= b),
    }
}

fn each(op: &Binary, a: &[f32], b: &[f32], y: &mut [u8], f: impl Fn(f32, f32) -> bool) {
    let places = Walk::new(&op.shape, [&op.a_strides, &op.b_strides]);
    places.zip(y).for_each(|([a_at, b_at], y)| *y = u8::from(f(a[a_at], b[b_at])));
}
