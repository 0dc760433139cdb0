//! Element-wise functions of two tensors, with broadcasting.

mod compare;
mod integers;

pub use compare::run as compare;
pub use integers::run as run_integers;

use super::unary;
use super::walk::Walk;
use crate::simd::Level;
use maasm_plan::op::{Binary, BinaryKind};

/// An operand that is absent is what `y` holds beforehand.
pub fn run(level: Level, op: &Binary, a: Option<&[f32]>, b: Option<&[f32]>, y: &mut [f32]) {
    match op.kind {
        BinaryKind::Add => walk(level, op, a, b, y, |a, b| a + b),
        BinaryKind::Sub => walk(level, op, a, b, y, |a, b| a - b),
        BinaryKind::Mul => walk(level, op, a, b, y, |a, b| a * b),
        BinaryKind::Div => walk(level, op, a, b, y, |a, b| a / b),
        BinaryKind::Min => walk(level, op, a, b, y, |a, b| if b < a { b } else { a }),
        BinaryKind::Max => walk(level, op, a, b, y, |a, b| if b > a { b } else { a }),
        BinaryKind::Pow => walk(level, op, a, b, y, f32::powf),
        BinaryKind::Prelu => walk(level, op, a, b, y, |a, b| if a > 0.0 { a } else { a * b }),
        BinaryKind::Remainder => walk(level, op, a, b, y, |a, b| a % b),
        BinaryKind::Modulo => walk(level, op, a, b, y, modulo),
        _ => unreachable!("validation allows it for integers only"),
    }
}

fn modulo(a: f32, b: f32) -> f32 {
    let rest = a % b;
    if rest != 0.0 && (rest < 0.0) != (b < 0.0) { rest + b } else { rest }
}

fn walk(
    level: Level,
    op: &Binary,
    a: Option<&[f32]>,
    b: Option<&[f32]>,
    y: &mut [f32],
    f: impl Fn(f32, f32) -> f32 + Copy,
) {
    let Some((&row, outer)) = op.shape.split_last() else {
        let (a, b) = (a.map_or(y[0], |a| a[0]), b.map_or(y[0], |b| b[0]));
        y[0] = f(a, b);
        return finish(level, op, y);
    };
    let [a_step, b_step] = [&op.a_strides, &op.b_strides].map(|strides| strides[outer.len()] as usize);
    let places = Walk::new(outer, [&op.a_strides, &op.b_strides]);
    for ([a_at, b_at], y) in places.zip(y.chunks_exact_mut(row as usize)) {
        let a = a.map(|a| Row { values: &a[a_at..], step: a_step });
        let b = b.map(|b| Row { values: &b[b_at..], step: b_step });
        apply_row(a, b, y, f);
        finish(level, op, y);
    }
}

fn finish(level: Level, op: &Binary, y: &mut [f32]) {
    if let Some(activation) = op.activation {
        unary::run(level, activation, y);
    }
}

/// One operand's values along the innermost axis.
#[derive(Clone, Copy)]
struct Row<'a> {
    values: &'a [f32],
    step: usize,
}

fn apply_row(a: Option<Row>, b: Option<Row>, y: &mut [f32], f: impl Fn(f32, f32) -> f32) {
    match (a, b) {
        (None, None) => y.iter_mut().for_each(|y| *y = f(*y, *y)),
        (None, Some(b)) => combine(y, b, f),
        (Some(a), None) => combine(y, a, |y, a| f(a, y)),
        (Some(a), Some(b)) => {
            combine(y, a, |_, a| a);
            combine(y, b, f);
        }
    }
}

/// `y = f(y, other)` along a row; the usual steps are loops that the compiler vectorises.
fn combine(y: &mut [f32], other: Row, f: impl Fn(f32, f32) -> f32) {
    match other.step {
        0 => {
            let value = other.values[0];
            y.iter_mut().for_each(|y| *y = f(*y, value));
        }
        1 => y.iter_mut().zip(other.values).for_each(|(y, &value)| *y = f(*y, value)),
        step => y.iter_mut().zip(other.values.iter().step_by(step)).for_each(|(y, &value)| *y = f(*y, value)),
    }
}
