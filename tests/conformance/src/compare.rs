//! Whether an answer is the expected one, as ONNX's own test runner judges.

use crate::case::Case;
use crate::category::Category;
use crate::tensor::Tensor;
use half::{bf16, f16};
use std::fmt::Display;
use tract_onnx::pb::tensor_proto::DataType;

/// How an answer is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// In words that are the same on every machine.
    pub reason: String,
    /// Where and by how much.
    pub detail: String,
}

/// Compares all outputs with what a test expects: shapes and whole numbers exactly, floats within its tolerances.
///
/// # Errors
/// The first difference.
pub fn compare(case: &Case, found: &[Tensor]) -> Result<(), Difference> {
    if found.len() != case.expected.len() {
        let reason = format!("{} outputs, not {}", found.len(), case.expected.len());
        return Err(Difference { reason, detail: String::new() });
    }
    found.iter().zip(&case.expected).enumerate().try_for_each(|(index, (found, expected))| {
        output(case, found, expected)
            .map_err(|difference| Difference { detail: format!("output {index}: {}", difference.detail), ..difference })
    })
}

fn output(case: &Case, found: &Tensor, expected: &Tensor) -> Result<(), Difference> {
    let wrong = |what: &str, detail: String| Err(Difference { reason: format!("wrong {what}"), detail });
    if found.data_type != expected.data_type {
        return wrong("element type", format!("type {} instead of {}", found.data_type, expected.data_type));
    }
    if found.shape != expected.shape {
        return wrong("shape", format!("{:?} instead of {:?}", found.shape, expected.shape));
    }
    if found.bytes.len() != expected.bytes.len() {
        return wrong("size", format!("{} bytes instead of {}", found.bytes.len(), expected.bytes.len()));
    }
    if case.test.category == Category::Random {
        return Ok(());
    }
    let (relative, absolute) = (case.test.relative_tolerance, case.test.absolute_tolerance);
    let data_type = DataType::try_from(expected.data_type).unwrap_or_default();
    let read = |tensor: &Tensor| floats(data_type, &tensor.bytes);
    let difference = match (read(found), read(expected)) {
        (Some(found), Some(expected)) => {
            // Two steps of the type, as in ONNX's runner: it has fewer digits than the tolerance asks for.
            let relative = if data_type == DataType::Bfloat16 { relative.max(1.0 / 64.0) } else { relative };
            first_apart(&found, &expected, |found, expected| {
                found == expected
                    || (found.is_nan() && expected.is_nan())
                    || (expected.is_finite() && (found - expected).abs() <= absolute + relative * expected.abs())
            })
        }
        _ => first_apart(&whole(data_type, found), &whole(data_type, expected), |found, expected| found == expected),
    };
    difference.map_or(Ok(()), |detail| wrong("values", detail))
}

/// Tells how many elements are not as they should be, and the first of them.
fn first_apart<T: Copy + Display>(found: &[T], expected: &[T], close: impl Fn(T, T) -> bool) -> Option<String> {
    let apart = || (0..found.len()).filter(|&index| !close(found[index], expected[index]));
    let first = apart().next()?;
    let (count, all) = (apart().count(), found.len());
    Some(format!("{count} of {all} differ, the first is {} instead of {} at {first}", found[first], expected[first]))
}

/// The elements of a tensor of floats; nothing of one of other elements.
fn floats(data_type: DataType, bytes: &[u8]) -> Option<Vec<f64>> {
    fn read<const N: usize>(bytes: &[u8], one: impl Fn([u8; N]) -> f64) -> Option<Vec<f64>> {
        Some(bytes.as_chunks().0.iter().map(|bytes| one(*bytes)).collect())
    }
    match data_type {
        DataType::Float => read(bytes, |b| f32::from_le_bytes(b).into()),
        DataType::Double => read(bytes, f64::from_le_bytes),
        DataType::Float16 => read(bytes, |b| f16::from_le_bytes(b).to_f64()),
        DataType::Bfloat16 => read(bytes, |b| bf16::from_le_bytes(b).to_f64()),
        _ => None,
    }
}

/// The elements of a tensor of whole numbers, or whatever takes up to 16 bytes.
fn whole(data_type: DataType, tensor: &Tensor) -> Vec<i128> {
    let signed = matches!(data_type, DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64);
    let width = tensor.bytes.len() / tensor.shape.iter().product::<usize>().max(1);
    let number = |bytes: &[u8]| {
        let negative = signed && bytes.last().is_some_and(|&byte| byte > 127);
        let mut wide = [if negative { 255 } else { 0 }; 16];
        wide[..bytes.len()].copy_from_slice(bytes);
        i128::from_le_bytes(wide)
    };
    tensor.bytes.chunks(width.max(1)).map(number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::Test;

    fn judged(category: Category, found: Tensor, expected: Tensor) -> Result<(), Difference> {
        let test = Test {
            name: "test".into(),
            operator: "Add".into(),
            category,
            inputs: Vec::new(),
            outputs: Vec::new(),
            relative_tolerance: 1e-3,
            absolute_tolerance: 1e-7,
            broken: None,
        };
        let case = Case { test: &test, model: "".into(), inputs: Vec::new(), expected: vec![expected] };
        compare(&case, &[found])
    }

    fn tensor(data_type: DataType, shape: &[usize], bytes: Vec<u8>) -> Tensor {
        Tensor { name: String::new(), data_type: data_type as i32, shape: shape.into(), bytes }
    }

    fn floats(values: &[f32]) -> Tensor {
        tensor(DataType::Float, &[values.len()], values.iter().flat_map(|value| value.to_le_bytes()).collect())
    }

    #[test]
    fn floats_may_be_off_by_the_tolerances() {
        let judged = |found: &[f32], expected: &[f32]| judged(Category::Ordinary, floats(found), floats(expected));
        let strange = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -0.0];
        assert_eq!(judged(&strange, &[f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 0.0]), Ok(()));
        assert_eq!(judged(&[1000.9, 0.5e-7], &[1000.0, 0.0]), Ok(()));
        for (found, expected) in [
            (1001.1, 1000.0),
            (2e-7, 0.0),
            (f32::NAN, 0.0),
            (0.0, f32::NAN),
            (f32::INFINITY, f32::NEG_INFINITY),
            (f32::MAX, f32::INFINITY),
            (f32::INFINITY, f32::MAX),
        ] {
            let difference = judged(&[0.0, found], &[0.0, expected]).unwrap_err();
            assert_eq!(difference.reason, "wrong values");
            assert!(difference.detail.starts_with("output 0: 1 of 2 differ, the first is "), "{}", difference.detail);
        }
    }

    #[test]
    fn bfloat16_has_too_few_digits_for_the_tolerance() {
        let one = |value: f32| tensor(DataType::Bfloat16, &[1], bf16::from_f32(value).to_le_bytes().into());
        assert_eq!(judged(Category::Ordinary, one(1.0078125), one(1.0)), Ok(()));
        assert!(judged(Category::Ordinary, one(1.03125), one(1.0)).is_err());
    }

    #[test]
    fn whole_numbers_types_and_shapes_are_exact() {
        let numbers = |bytes: &[u8]| tensor(DataType::Int8, &[bytes.len()], bytes.into());
        let difference = judged(Category::Ordinary, numbers(&[1, 255]), numbers(&[1, 2])).unwrap_err();
        assert_eq!(difference.detail, "output 0: 1 of 2 differ, the first is -1 instead of 2 at 1");
        let row = tensor(DataType::Int8, &[1, 2], vec![1, 2]);
        assert_eq!(judged(Category::Ordinary, row, numbers(&[1, 2])).unwrap_err().reason, "wrong shape");
        let unsigned = tensor(DataType::Uint8, &[2], vec![1, 2]);
        assert_eq!(judged(Category::Ordinary, unsigned, numbers(&[1, 2])).unwrap_err().reason, "wrong element type");
    }

    #[test]
    fn what_was_drawn_at_random_must_only_look_the_same() {
        assert_eq!(judged(Category::Random, floats(&[1.0]), floats(&[2.0])), Ok(()));
        assert!(judged(Category::Random, floats(&[1.0, 2.0]), floats(&[2.0])).is_err());
    }
}
