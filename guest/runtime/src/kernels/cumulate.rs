//! Running sums.

use super::integers;
use maasm_plan::ElementType;
use maasm_plan::op::Cumulate;

/// Sums of f32.
pub fn run(op: &Cumulate, x: &[f32], y: &mut [f32]) {
    visit(op, 0.0, |sum, at| {
        let next = sum + x[at];
        y[at] = if op.exclusive { sum } else { next };
        next
    });
}

/// Sums of integers.
pub fn run_integers(op: &Cumulate, element_type: ElementType, x: &[u8], y: &mut [u8]) {
    visit(op, 0i64, |sum, at| {
        let next = sum.wrapping_add(integers::get(element_type, x, at));
        integers::set(element_type, y, at, if op.exclusive { sum } else { next });
        next
    });
}

/// Goes along every line, carrying a sum.
fn visit<T: Copy>(op: &Cumulate, zero: T, mut step: impl FnMut(T, usize) -> T) {
    let (extent, inner) = (op.extent as usize, op.inner as usize);
    for line in 0..op.outer as usize * inner {
        let start = line / inner * extent * inner + line % inner;
        let mut sum = zero;
        for i in 0..extent {
            let at = start + if op.reverse { extent - 1 - i } else { i } * inner;
            sum = step(sum, at);
        }
    }
}
