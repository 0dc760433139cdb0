//! A tensor, and whether another one is the same as far as floats go.

/// A tensor's type, shape and bytes.
#[derive(Clone, Debug)]
pub struct Tensor {
    /// ONNX's number of its element type.
    pub data_type: i32,
    /// Its extents.
    pub shape: Vec<usize>,
    /// Its elements, little-endian.
    pub bytes: Vec<u8>,
}

/// How far a float may be off, as a part of the largest in its tensor.
const TOLERANCE: f64 = 1e-4;
/// Tensors whose values are all smaller are what is left of larger ones that cancelled.
const SMALLEST_MAGNITUDE: f64 = 0.1;

impl Tensor {
    /// How this tensor differs from the expected one, if it does. Whole numbers and booleans must be the same.
    pub fn difference(&self, expected: &Self) -> Option<String> {
        if self.data_type != expected.data_type {
            return Some(format!("element type {} instead of {}", self.data_type, expected.data_type));
        }
        if self.shape != expected.shape || self.bytes.len() != expected.bytes.len() {
            return Some(format!("shape {:?} instead of {:?}", self.shape, expected.shape));
        }
        let (found, expected) = (self.numbers(), expected.numbers());
        let allowed = if self.data_type == 1 {
            let finite = expected.iter().filter(|value| value.is_finite());
            TOLERANCE * finite.fold(SMALLEST_MAGNITUDE, |most, value| most.max(value.abs()))
        } else {
            0.0
        };
        let same = |a: f64, b: f64| a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= allowed;
        let apart: Vec<usize> = (0..found.len()).filter(|&index| !same(found[index], expected[index])).collect();
        let &first = apart.first()?;
        Some(format!(
            "{} of {} elements differ, the first is {} instead of {} at {first}; {allowed:.1e} would do",
            apart.len(),
            found.len(),
            found[first],
            expected[first]
        ))
    }

    fn numbers(&self) -> Vec<f64> {
        match self.data_type {
            1 => self.bytes.as_chunks().0.iter().map(|b| f32::from_le_bytes(*b).into()).collect(),
            7 => self.bytes.as_chunks().0.iter().map(|b| i64::from_le_bytes(*b) as f64).collect(),
            _ => self.bytes.iter().map(|&b| b.into()).collect(),
        }
    }
}
