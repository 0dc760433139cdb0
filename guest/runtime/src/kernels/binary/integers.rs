//! Element-wise functions of two integer tensors, or of two tensors of truth values.

use crate::kernels::integers::{self, CHUNK};
use crate::kernels::walk::Walk;
use maasm_plan::ElementType;
use maasm_plan::op::{Binary, BinaryKind};

/// An operand that is absent is what `y` holds beforehand. `taken` is the type of both operands.
pub fn run(op: &Binary, taken: ElementType, a: Option<&[u8]>, b: Option<&[u8]>, y: &mut [u8]) {
    let made = if op.kind.compares() { ElementType::Bool } else { taken };
    let (row, outer) = op.shape.split_last().map_or((1, &[][..]), |(&row, outer)| (row as usize, outer));
    let step = |strides: &[u32]| strides.get(outer.len()).map_or(1, |&stride| stride as usize);
    let (a_step, b_step) = (step(&op.a_strides), step(&op.b_strides));
    for (index, [a_at, b_at]) in Walk::new(outer, [&op.a_strides, &op.b_strides]).enumerate() {
        for start in (0..row).step_by(CHUNK) {
            let count = CHUNK.min(row - start);
            let (mut left, mut right) = ([0; CHUNK], [0; CHUNK]);
            let (left, right) = (&mut left[..count], &mut right[..count]);
            let at = index * row + start;
            match a {
                Some(a) => integers::load(taken, a, a_at + start * a_step, a_step, left),
                None => integers::load(taken, y, at, 1, left),
            }
            match b {
                Some(b) => integers::load(taken, b, b_at + start * b_step, b_step, right),
                None => integers::load(taken, y, at, 1, right),
            }
            apply(op.kind, taken, left, right);
            integers::store(made, left, y, at);
        }
    }
}

/// `left = left ∘ right`.
fn apply(kind: BinaryKind, taken: ElementType, left: &mut [i64], right: &[i64]) {
    let mut each = |f: &dyn Fn(i64, i64) -> i64| left.iter_mut().zip(right).for_each(|(a, &b)| *a = f(*a, b));
    let unsigned = taken == ElementType::U64;
    let key = |value| integers::key(taken, value);
    match kind {
        BinaryKind::Add => each(&i64::wrapping_add),
        BinaryKind::Sub => each(&i64::wrapping_sub),
        BinaryKind::Mul => each(&i64::wrapping_mul),
        BinaryKind::Div if unsigned => each(&|a, b| (a as u64).checked_div(b as u64).unwrap_or(0) as i64),
        BinaryKind::Div => each(&|a, b| if b == 0 { 0 } else { a.wrapping_div(b) }),
        BinaryKind::Modulo | BinaryKind::Remainder if unsigned => {
            each(&|a, b| (a as u64).checked_rem(b as u64).unwrap_or(0) as i64);
        }
        BinaryKind::Remainder => each(&|a, b| if b == 0 { 0 } else { a.wrapping_rem(b) }),
        BinaryKind::Modulo => each(&modulo),
        BinaryKind::Min => each(&|a, b| if key(b) < key(a) { b } else { a }),
        BinaryKind::Max => each(&|a, b| if key(b) > key(a) { b } else { a }),
        BinaryKind::Pow => each(&power),
        BinaryKind::Prelu => each(&|a, b| if a > 0 { a } else { a.wrapping_mul(b) }),
        BinaryKind::And => each(&|a, b| a & b),
        BinaryKind::Or => each(&|a, b| a | b),
        BinaryKind::Xor => each(&|a, b| a ^ b),
        BinaryKind::ShiftLeft => each(&|a, b| u32::try_from(b).ok().and_then(|b| a.checked_shl(b)).unwrap_or(0)),
        BinaryKind::ShiftRight if unsigned => {
            each(&|a, b| u32::try_from(b).ok().and_then(|b| (a as u64).checked_shr(b)).unwrap_or(0) as i64);
        }
        // What is shifted out on the right leaves the sign behind.
        BinaryKind::ShiftRight => each(&|a, b| u32::try_from(b).ok().and_then(|b| a.checked_shr(b)).unwrap_or(a >> 63)),
        BinaryKind::Equal => each(&|a, b| i64::from(a == b)),
        BinaryKind::NotEqual => each(&|a, b| i64::from(a != b)),
        BinaryKind::Less => each(&|a, b| i64::from(key(a) < key(b))),
        BinaryKind::LessOrEqual => each(&|a, b| i64::from(key(a) <= key(b))),
    }
}

fn modulo(a: i64, b: i64) -> i64 {
    if b == 0 {
        return 0;
    }
    let rest = a.wrapping_rem(b);
    if rest != 0 && (rest < 0) != (b < 0) { rest + b } else { rest }
}

/// `aᵇ`; what would be a fraction is 0.
fn power(a: i64, b: i64) -> i64 {
    match u32::try_from(b) {
        Ok(b) => a.wrapping_pow(b),
        Err(_) if a == 1 || a == -1 => {
            if b & 1 == 0 {
                1
            } else {
                a
            }
        }
        Err(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kind: BinaryKind, taken: ElementType, a: i64, b: i64) -> i64 {
        let mut left = [a];
        apply(kind, taken, &mut left, &[b]);
        left[0]
    }

    #[test]
    fn division_and_remainders_keep_the_promised_signs() {
        for (a, b, quotient, modulo, remainder) in
            [(7, 3, 2, 1, 1), (-7, 3, -2, 2, -1), (7, -3, -2, -2, 1), (7, 0, 0, 0, 0)]
        {
            assert_eq!(of(BinaryKind::Div, ElementType::I32, a, b), quotient);
            assert_eq!(of(BinaryKind::Modulo, ElementType::I32, a, b), modulo);
            assert_eq!(of(BinaryKind::Remainder, ElementType::I32, a, b), remainder);
        }
    }

    #[test]
    fn unsigned_numbers_are_never_negative() {
        let large = u64::MAX as i64;
        assert_eq!(of(BinaryKind::Div, ElementType::U64, large, 2), i64::MAX);
        assert_eq!(of(BinaryKind::Max, ElementType::U64, large, 2), large);
        assert_eq!(of(BinaryKind::Less, ElementType::U64, 2, large), 1);
        assert_eq!(of(BinaryKind::ShiftRight, ElementType::U64, large, 63), 1);
    }

    #[test]
    fn powers_and_shifts_out_of_range_are_zero() {
        assert_eq!(of(BinaryKind::Pow, ElementType::I64, 2, -1), 0);
        assert_eq!(of(BinaryKind::Pow, ElementType::I64, -1, -3), -1);
        assert_eq!(of(BinaryKind::ShiftLeft, ElementType::U8, 1, 64), 0);
    }

    #[test]
    fn operands_are_broadcast_and_worked_on_in_place() {
        let op = Binary {
            kind: BinaryKind::Sub,
            shape: vec![2, 100],
            a_strides: vec![100, 1],
            b_strides: vec![1, 0],
            activation: None,
        };
        let mut y: Vec<u8> = (0..200).collect();
        run(&op, ElementType::U8, None, Some(&[1, 2]), &mut y);
        assert!(y.iter().enumerate().all(|(i, &y)| y == (i as u8).wrapping_sub(1 + u8::from(i >= 100))));
    }
}
