//! Whether tensors of any element type are what they should be.

use half::f16;
use maasm_tests::tensor::Tensor;
use std::fmt::Debug;

const FLOAT: i32 = 1;
const HALF: i32 = 10;
const DOUBLE: i32 = 11;

/// How the outputs differ from the expected ones, if they do: in any bit, or by more than floats that are computed may.
pub fn difference(found: &[Tensor], expected: &[Tensor], exact: bool) -> Option<String> {
    if found.len() != expected.len() {
        return Some(format!("{} outputs instead of {}", found.len(), expected.len()));
    }
    found.iter().zip(expected).find_map(|(found, expected)| of_one(found, expected, exact))
}

fn of_one(found: &Tensor, expected: &Tensor, exact: bool) -> Option<String> {
    if found.data_type != expected.data_type {
        return Some(format!("element type {} instead of {}", found.data_type, expected.data_type));
    }
    if found.shape != expected.shape || found.bytes.len() != expected.bytes.len() {
        return Some(format!("shape {:?} instead of {:?}", found.shape, expected.shape));
    }
    // Doubles are computed as f32, halves by onnxruntime with their own few digits.
    let relative = if found.data_type == HALF { 4e-3 } else { 1e-5 };
    let same = |a: f64, b: f64| {
        let close = !exact && (a - b).abs() <= relative * b.abs();
        // A number that is none may have any bits.
        a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan()) || (!exact && a == b) || close
    };
    match (floats(found), floats(expected)) {
        (Some(found), Some(expected)) => {
            let fits = found.iter().zip(&expected).all(|(&a, &b)| same(a, b));
            (!fits).then(|| instead(&found, &expected))
        }
        _ => (found.bytes != expected.bytes).then(|| instead(&whole(found), &whole(expected))),
    }
}

fn instead<T: Debug>(found: &[T], expected: &[T]) -> String {
    format!("{found:?} instead of {expected:?}")
}

/// The elements of a tensor of floats.
fn floats(tensor: &Tensor) -> Option<Vec<f64>> {
    let bytes = &tensor.bytes;
    Some(match tensor.data_type {
        FLOAT => bytes.as_chunks().0.iter().map(|b| f32::from_le_bytes(*b).into()).collect(),
        HALF => bytes.as_chunks().0.iter().map(|b| f16::from_le_bytes(*b).into()).collect(),
        DOUBLE => bytes.as_chunks().0.iter().map(|b| f64::from_le_bytes(*b)).collect(),
        _ => return None,
    })
}

/// The elements of a tensor of whole numbers, to be shown.
fn whole(tensor: &Tensor) -> Vec<i128> {
    const SIGNED: [i32; 4] = [3, 5, 6, 7];
    let width = tensor.bytes.len() / tensor.shape.iter().product::<usize>().max(1);
    let number = |bytes: &[u8]| {
        let negative = SIGNED.contains(&tensor.data_type) && bytes.last().is_some_and(|&byte| byte > 127);
        let mut wide = [if negative { 255 } else { 0 }; 16];
        wide[..bytes.len()].copy_from_slice(bytes);
        i128::from_le_bytes(wide)
    };
    tensor.bytes.chunks(width.max(1)).map(number).collect()
}
