//! A dense layer that tells classes apart.

use crate::{Error, Matrix};

/// A dense layer: logits = weights · features + bias; softmax of them gives the classes' probabilities.
#[derive(Clone, Debug, PartialEq)]
pub struct Head {
    /// Classes × features, row-major, as `coef_` of scikit-learn. Of two classes each has a row, which is half of
    /// scikit-learn's only one, for the first class negative; what they say is the same.
    pub weights: Vec<f32>,
    /// One for each class, as `intercept_`.
    pub bias: Vec<f32>,
}

impl Head {
    /// Samples × classes: the logits of each sample. Sums are taken in double precision.
    ///
    /// # Errors
    /// If the samples do not have the features that the head was fitted on.
    pub fn logits(&self, features: Matrix) -> Result<Vec<f32>, Error> {
        let wanted = self.weights.len() / self.bias.len().max(1);
        if features.columns() != wanted {
            return Err(Error::Columns { found: features.columns(), wanted });
        }
        Ok(features.iter().flat_map(|row| self.answer(row)).collect())
    }

    /// The logits of one sample, which has as many features as the head.
    pub(crate) fn answer(&self, row: &[f32]) -> impl Iterator<Item = f32> {
        let weights = self.weights.chunks_exact(row.len());
        weights.zip(&self.bias).map(|(weights, &bias)| (dot(weights, row) + f64::from(bias)) as f32)
    }
}

/// Σ a · b in double precision, in eight sums side by side so that it vectorises.
fn dot(a: &[f32], b: &[f32]) -> f64 {
    let mut sums = [0.0; 8];
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    for (a, b) in a.iter().zip(b) {
        for lane in 0..8 {
            sums[lane] += f64::from(a[lane]) * f64::from(b[lane]);
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum();
    sums.iter().sum::<f64>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logits_are_weights_times_features_plus_bias() {
        let weights: Vec<f32> = (0..22).map(|index| index as f32).collect();
        let head = Head { weights, bias: vec![0.5, -1.0] };
        let rows = [1.0; 22];
        // 0 + … + 10 = 55, 11 + … + 21 = 176
        assert_eq!(head.logits(Matrix::new(&rows, 11).unwrap()), Ok(vec![55.5, 175.0, 55.5, 175.0]));
    }

    #[test]
    fn rows_of_another_length_are_refused() {
        let head = Head { weights: vec![0.0; 6], bias: vec![0.0; 2] };
        let said = head.logits(Matrix::new(&[1.0; 4], 2).unwrap()).unwrap_err().to_string();
        assert_eq!(said, "the rows have 2 columns and should have 3");
    }
}
