//! Samples to fit on.

use fastrand::Rng;
use maasm_tuning::Matrix;
use serde_json::Value;

/// Samples with features that tell their classes apart more or less.
pub struct Samples {
    pub features: Vec<f32>,
    pub columns: usize,
    pub labels: Vec<u32>,
    pub classes: usize,
}

impl Samples {
    /// Of every class about as many. Features have means and deviations of their own, and one in ten is constant.
    pub fn random(random: &mut Rng, rows: usize, columns: usize, classes: usize) -> Self {
        let centres: Vec<f32> = (0..classes * columns).map(|_| normal(random)).collect();
        let scales: Vec<f32> =
            (0..columns).map(|column| if column % 10 == 9 { 0.0 } else { 0.5 + random.f32() }).collect();
        let labels: Vec<u32> = (0..rows).map(|row| (row % classes) as u32).collect();
        let mut features = vec![];
        for &label in &labels {
            for column in 0..columns {
                let centre = 0.4 * centres[label as usize * columns + column];
                features.push(column as f32 / columns as f32 + scales[column] * (centre + normal(random)));
            }
        }
        Self { features, columns, labels, classes }
    }

    pub fn of(told: &Value) -> Self {
        let rows: Vec<Vec<f32>> = serde_json::from_value(told["features"].clone()).unwrap();
        let labels: Vec<u32> = serde_json::from_value(told["labels"].clone()).unwrap();
        let classes = *labels.iter().max().unwrap() as usize + 1;
        Self { columns: rows[0].len(), features: rows.concat(), labels, classes }
    }

    pub fn matrix(&self) -> Matrix<'_> {
        Matrix::new(&self.features, self.columns).unwrap()
    }
}

/// About normally distributed: Irwin and Hall's sum.
pub fn normal(random: &mut Rng) -> f32 {
    (0..12).map(|_| random.f32()).sum::<f32>() - 6.0
}
