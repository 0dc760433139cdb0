//! Reductions.

use super::integers;
use maasm_plan::ElementType;
use maasm_plan::op::{Reduce, ReduceKind};

/// Reduces f32 `[outer, extent, inner]` to `[outer, inner]`.
pub fn run(op: &Reduce, x: &[f32], y: &mut [f32]) {
    match op.kind {
        ReduceKind::Sum | ReduceKind::Mean => fold(op, x, y, 0.0, |acc, x| acc + x),
        ReduceKind::SumOfSquares => fold(op, x, y, 0.0, |acc, x| acc + x * x),
        ReduceKind::Max => fold(op, x, y, f32::NEG_INFINITY, |acc, x| if x > acc { x } else { acc }),
        ReduceKind::Min => fold(op, x, y, f32::INFINITY, |acc, x| if x < acc { x } else { acc }),
        ReduceKind::Product => fold(op, x, y, 1.0, |acc, x| acc * x),
        ReduceKind::ArgMax | ReduceKind::ArgMaxLast | ReduceKind::ArgMin | ReduceKind::ArgMinLast => {
            unreachable!("validation gives places the type i64")
        }
    }
    if op.kind == ReduceKind::Mean {
        let extent = op.extent as f32;
        y.iter_mut().for_each(|y| *y /= extent);
    }
}

fn fold(op: &Reduce, x: &[f32], y: &mut [f32], start: f32, f: impl Fn(f32, f32) -> f32) {
    let (extent, inner) = (op.extent as usize, op.inner as usize);
    y.fill(start);
    if y.is_empty() {
        return;
    }
    if inner == 1 {
        for (y, x) in y.iter_mut().zip(x.chunks_exact(extent)) {
            *y = x.iter().fold(*y, |acc, &x| f(acc, x));
        }
        return;
    }
    for (y, x) in y.chunks_exact_mut(inner).zip(x.chunks_exact(extent * inner)) {
        for x in x.chunks_exact(inner) {
            y.iter_mut().zip(x).for_each(|(y, &x)| *y = f(*y, x));
        }
    }
}

/// Reduces integers or truth values.
pub fn run_integers(op: &Reduce, element_type: ElementType, x: &[u8], y: &mut [u8]) {
    let key = |value: i64| integers::key(element_type, value);
    for line in 0..op.outer as usize * op.inner as usize {
        let values = along(op, line).map(|at| integers::get(element_type, x, at));
        let result = match op.kind {
            ReduceKind::Sum => values.fold(0, i64::wrapping_add),
            ReduceKind::Mean => mean(element_type, values, op.extent),
            ReduceKind::Product => values.fold(1, i64::wrapping_mul),
            ReduceKind::SumOfSquares => values.fold(0i64, |sum, value| sum.wrapping_add(value.wrapping_mul(value))),
            ReduceKind::Min => values.min_by_key(|&value| key(value)).unwrap_or(0),
            _ => values.max_by_key(|&value| key(value)).unwrap_or(0),
        };
        integers::set(element_type, y, line, result);
    }
}

fn mean(element_type: ElementType, values: impl Iterator<Item = i64>, extent: u32) -> i64 {
    let sum = values.fold(0, i64::wrapping_add);
    if element_type == ElementType::U64 { (sum as u64 / u64::from(extent)) as i64 } else { sum / i64::from(extent) }
}

/// Finds the places of the largest or smallest elements.
pub fn find(op: &Reduce, element_type: ElementType, x: &[u8], y: &mut [i64]) {
    if element_type == ElementType::F32 {
        let x: &[f32] = bytemuck::cast_slice(x);
        find_by(op, y, |at| x[at], |a, b| a < b);
    } else {
        find_by(op, y, |at| integers::key(element_type, integers::get(element_type, x, at)), |a, b| a < b);
    }
}

fn find_by<T: Copy>(op: &Reduce, y: &mut [i64], get: impl Fn(usize) -> T, less: impl Fn(&T, &T) -> bool) {
    let smallest = matches!(op.kind, ReduceKind::ArgMin | ReduceKind::ArgMinLast);
    let last = matches!(op.kind, ReduceKind::ArgMaxLast | ReduceKind::ArgMinLast);
    for (line, y) in y.iter_mut().enumerate() {
        let mut best: Option<T> = None;
        for (i, at) in along(op, line).enumerate() {
            let value = get(at);
            let better = best.is_none_or(|best| {
                let (low, high) = if smallest { (value, best) } else { (best, value) };
                less(&low, &high) || last && !less(&high, &low)
            });
            if better {
                best = Some(value);
                *y = i as i64;
            }
        }
    }
}

/// Where the elements of one line lie.
fn along(op: &Reduce, line: usize) -> impl Iterator<Item = usize> + use<> {
    let (extent, inner) = (op.extent as usize, op.inner as usize);
    let start = line / inner * extent * inner + line % inner;
    (0..extent).map(move |i| start + i * inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(kind: ReduceKind, x: &[f32]) -> i64 {
        let op = Reduce { kind, outer: 1, extent: x.len() as u32, inner: 1 };
        let mut y = [9];
        find(&op, ElementType::F32, bytemuck::cast_slice(x), &mut y);
        y[0]
    }

    #[test]
    fn of_equal_ones_the_first_or_the_last_is_found() {
        let x = [1.0, 3.0, -2.0, 3.0, -2.0];
        assert_eq!(found(ReduceKind::ArgMax, &x), 1);
        assert_eq!(found(ReduceKind::ArgMaxLast, &x), 3);
        assert_eq!(found(ReduceKind::ArgMin, &x), 2);
        assert_eq!(found(ReduceKind::ArgMinLast, &x), 4);
    }

    #[test]
    fn integers_are_reduced_by_their_own_order() {
        let x = [1u64, u64::MAX, 5];
        let reduced = |kind| {
            let mut y = [0u64];
            let op = Reduce { kind, outer: 1, extent: 3, inner: 1 };
            run_integers(&op, ElementType::U64, bytemuck::cast_slice(&x), bytemuck::cast_slice_mut(&mut y));
            y[0]
        };
        assert_eq!(reduced(ReduceKind::Max), u64::MAX);
        assert_eq!(reduced(ReduceKind::Min), 1);
        assert_eq!(reduced(ReduceKind::Sum), 5);
    }
}
