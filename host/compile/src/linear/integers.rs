//! Weights that the file has as integers.

use tract_onnx::prelude::{DatumType, Tensor};

/// What a constant was before it was dequantised.
#[derive(Clone, Debug)]
pub struct Integers {
    /// The integers less their zero points, row-major.
    numbers: Vec<i16>,
    /// The scale of each place along one axis, or of all.
    scales: Vec<f32>,
    /// How many elements lie behind each place of that axis.
    inner: usize,
}

impl Integers {
    /// The integers of a constant of bytes, if they have one scale and zero point, or some along an axis.
    pub fn new(bytes: &Tensor, scales: &Tensor, zeros: Option<&Tensor>, axis: usize) -> Option<Self> {
        if !matches!(bytes.datum_type(), DatumType::I8 | DatumType::U8) {
            return None;
        }
        let shape = bytes.shape();
        let inner = shape[axis + 1..].iter().product();
        let fits = |tensor: &Tensor| tensor.len() == 1 || (tensor.rank() == 1 && tensor.len() == shape[axis]);
        if !fits(scales) || !zeros.is_none_or(fits) {
            return None;
        }
        let scales = elements::<f32>(scales)?;
        let zeros = zeros.map_or(Some(vec![0]), elements::<i16>)?;
        let mut numbers = elements::<i16>(bytes)?;
        for (place, number) in numbers.iter_mut().enumerate() {
            *number -= zeros[place / inner % zeros.len()];
        }
        Some(Self { numbers, scales, inner })
    }

    /// One of them.
    pub fn number(&self, place: usize) -> i16 {
        self.numbers[place]
    }

    /// Its scale.
    pub fn scale(&self, place: usize) -> f32 {
        self.scales[place / self.inner % self.scales.len()]
    }

    /// The numbers that they stand for.
    pub fn floats(&self) -> Vec<f32> {
        let numbers = self.numbers.iter().enumerate();
        numbers.map(|(place, &number)| f32::from(number) * self.scale(place)).collect()
    }
}

/// A constant's elements as another type.
fn elements<T: tract_onnx::prelude::Datum + Copy>(tensor: &Tensor) -> Option<Vec<T>> {
    let tensor = tensor.cast_to::<T>().ok()?;
    Some(tensor.to_plain_array_view::<T>().ok()?.iter().copied().collect())
}
