//! Sums of products of integers.

use super::walk::Walk;
use super::{Operand, integers};
use maasm_plan::ElementType;
use maasm_plan::op::Contract;

/// The sums wrap around in `made`, the output's type.
pub fn run(op: &Contract, a: &Operand, b: &Operand, made: ElementType, y: &mut [u8]) {
    let (a_outer, a_inner) = op.a_strides.split_at(op.shape.len());
    let (b_outer, b_inner) = op.b_strides.split_at(op.shape.len());
    let get = |operand: &Operand, at| integers::get(operand.element_type, operand.bytes(), at);
    for (index, [a_at, b_at]) in Walk::new(&op.shape, [a_outer, b_outer]).enumerate() {
        let sum = Walk::new(&op.summed, [a_inner, b_inner]).fold(0i64, |sum, [a_off, b_off]| {
            sum.wrapping_add(get(a, a_at + a_off).wrapping_mul(get(b, b_at + b_off)))
        });
        integers::set(made, y, index, sum);
    }
}
