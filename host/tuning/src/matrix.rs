//! Samples as rows of finite numbers.

use crate::Error;

/// Samples (n) × features or classes (d), row-major, every value finite.
#[derive(Clone, Copy, Debug)]
pub struct Matrix<'a> {
    values: &'a [f32],
    columns: usize,
}

impl<'a> Matrix<'a> {
    /// Rows of so many columns.
    ///
    /// # Errors
    /// If the values are no whole rows, or one is infinite or NaN; the first such is named.
    pub fn new(values: &'a [f32], columns: usize) -> Result<Self, Error> {
        if columns == 0 || !values.len().is_multiple_of(columns) {
            return Err(Error::Shape { values: values.len(), columns });
        }
        if let Some(place) = values.iter().position(|value| !value.is_finite()) {
            return Err(Error::NotFinite { row: place / columns, column: place % columns, value: values[place] });
        }
        Ok(Self { values, columns })
    }

    /// How many samples there are.
    pub fn rows(&self) -> usize {
        self.values.len() / self.columns
    }

    /// How many features or classes there are.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// One sample.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn row(&self, index: usize) -> &'a [f32] {
        &self.values[index * self.columns..][..self.columns]
    }

    /// All samples in their order.
    pub fn iter(&self) -> std::slice::ChunksExact<'a, f32> {
        self.values.chunks_exact(self.columns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_value_that_is_not_finite_is_named() {
        let values = [0.0, 1.0, 2.0, f32::NAN, f32::INFINITY, 0.0];
        let error = Matrix::new(&values, 2).unwrap_err();
        assert_eq!(error.to_string(), "row 1, column 1 is NaN; only finite numbers can be learnt from");
        assert!(matches!(Matrix::new(&values[4..], 2), Err(Error::NotFinite { row: 0, column: 0, .. })));
    }

    #[test]
    fn values_that_are_no_whole_rows_are_refused() {
        assert_eq!(Matrix::new(&[1.0; 5], 2).unwrap_err(), Error::Shape { values: 5, columns: 2 });
        assert_eq!(Matrix::new(&[1.0; 5], 0).unwrap_err(), Error::Shape { values: 5, columns: 0 });
        assert_eq!(Matrix::new(&[], 2).unwrap().rows(), 0);
    }
}
