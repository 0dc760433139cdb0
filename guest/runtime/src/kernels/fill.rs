//! Filling.

use maasm_plan::op::Fill;

/// Sets every element.
pub fn run(op: &Fill, y: &mut [f32]) {
    y.fill(op.value);
}
