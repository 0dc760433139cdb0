//! Features as the solver sees them, and the way back.

use crate::{Error, Head, Matrix};
use ndarray::{Array2, ArrayView2};

/// Samples to learn from: centred, and perhaps scaled, in double precision.
pub struct Training {
    /// Samples × features.
    pub features: Array2<f64>,
    /// The class of each sample.
    pub truth: Vec<usize>,
    pub classes: usize,
    mean: Vec<f64>,
    scale: Vec<f64>,
}

impl Training {
    /// Some rows of the features, with the class of each. Centring changes no optimum, because the intercept is free; it
    /// is always done, since it makes the solver's way shorter.
    pub fn new(features: Matrix, rows: &[usize], truth: Vec<usize>, classes: usize, standardize: bool) -> Self {
        let (mean, variance) = moments(features, rows);
        let deviation = |(&mean, &variance): (&f64, &f64)| {
            if standardize && !constant(mean, variance, rows.len()) { variance.sqrt() } else { 1.0 }
        };
        let scale: Vec<f64> = mean.iter().zip(&variance).map(deviation).collect();
        let mut scaled = Array2::zeros((rows.len(), features.columns()));
        for (&row, mut scaled) in rows.iter().zip(scaled.rows_mut()) {
            for (((to, &value), mean), scale) in scaled.iter_mut().zip(features.row(row)).zip(&mean).zip(&scale) {
                *to = (f64::from(value) - mean) / scale;
            }
        }
        Self { features: scaled, truth, classes, mean, scale }
    }

    /// Where the solver begins, as scikit-learn's does: classes × features weights, then a bias for each class, all 0.
    pub fn start(&self) -> Vec<f64> {
        vec![0.0; self.classes * (self.mean.len() + 1)]
    }

    /// Parameters as weights (classes × features) and bias.
    pub fn parts<'p>(&self, parameters: &'p [f64]) -> (ArrayView2<'p, f64>, &'p [f64]) {
        let (weights, bias) = parameters.split_at(self.classes * self.mean.len());
        let shape = (self.classes, self.mean.len());
        (ArrayView2::from_shape(shape, weights).expect("as many as start() makes"), bias)
    }

    /// Parameters for features as they came: neither centred nor scaled.
    ///
    /// # Errors
    /// If one is beyond single precision.
    pub fn head(&self, parameters: &[f64]) -> Result<Head, Error> {
        let (weights, bias) = self.parts(parameters);
        let mut head = Head { weights: Vec::with_capacity(weights.len()), bias: Vec::with_capacity(bias.len()) };
        for (row, &bias) in weights.rows().into_iter().zip(bias) {
            let mut offset = 0.0;
            for ((weight, mean), scale) in row.iter().zip(&self.mean).zip(&self.scale) {
                let weight = weight / scale;
                offset += weight * mean;
                head.weights.push(weight as f32);
            }
            head.bias.push((bias - offset) as f32);
        }
        let infinite = |values: &[f32]| values.iter().position(|value| !value.is_finite());
        let column = infinite(&head.weights).map(|place| place % self.mean.len());
        match column.or_else(|| infinite(&head.bias).map(|_| self.mean.len())) {
            Some(column) => Err(Error::Weight { column }),
            None => Ok(head),
        }
    }
}

/// Mean and variance (of the population, as `StandardScaler`) of each feature.
fn moments(features: Matrix, rows: &[usize]) -> (Vec<f64>, Vec<f64>) {
    let count = rows.len() as f64;
    let mut mean = vec![0.0; features.columns()];
    for &row in rows {
        mean.iter_mut().zip(features.row(row)).for_each(|(mean, &value)| *mean += f64::from(value));
    }
    mean.iter_mut().for_each(|mean| *mean /= count);
    let mut variance = vec![0.0; features.columns()];
    for &row in rows {
        for ((variance, &value), mean) in variance.iter_mut().zip(features.row(row)).zip(&mean) {
            *variance += (f64::from(value) - mean).powi(2);
        }
    }
    variance.iter_mut().for_each(|variance| *variance /= count);
    (mean, variance)
}

/// Whether a feature's variance is no more than what rounding makes of a constant; `_is_constant_feature` in
/// scikit-learn. Such a feature is not scaled.
fn constant(mean: f64, variance: f64, samples: usize) -> bool {
    let rounding = samples as f64 * f64::EPSILON;
    variance <= rounding * variance + (rounding * mean).powi(2)
}
