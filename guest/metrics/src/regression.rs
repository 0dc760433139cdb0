//! How near numbers come to the truth.

/// What the figures need of all samples, in one pass: variances are taken as Welford (1962) does, which loses nothing to
/// large means.
#[derive(Clone, Debug, PartialEq)]
pub struct Regression {
    samples: u64,
    absolute: f64,
    cosine: f64,
    outputs: Vec<Output>,
}

/// One of the numbers that a sample has.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Output {
    /// The first truth. From all others it is taken away first: what is left of large numbers is exact.
    first: f64,
    /// What is left, its mean, and the sum of its squared distances from that.
    mean: f64,
    spread: f64,
    /// The sum of squared errors.
    squared: f64,
}

impl Regression {
    /// Nothing yet, of samples with so many numbers.
    pub fn new(outputs: usize) -> Self {
        Self { samples: 0, absolute: 0.0, cosine: 0.0, outputs: vec![Output::default(); outputs] }
    }

    /// Counts a sample. Both must have as many numbers as were announced.
    pub fn add(&mut self, truth: &[f64], predicted: &[f64]) {
        assert!(truth.len() == self.outputs.len() && predicted.len() == self.outputs.len(), "numbers are missing");
        self.samples += 1;
        let count = self.samples as f64;
        let (mut dot, mut of_truth, mut of_predicted) = (0.0, 0.0, 0.0);
        for ((output, &truth), &predicted) in self.outputs.iter_mut().zip(truth).zip(predicted) {
            let error = truth - predicted;
            self.absolute += error.abs();
            output.squared += error * error;
            if self.samples == 1 {
                output.first = truth;
            }
            let rest = truth - output.first;
            let distance = rest - output.mean;
            output.mean += distance / count;
            output.spread += distance * (rest - output.mean);
            dot += truth * predicted;
            of_truth += truth * truth;
            of_predicted += predicted * predicted;
        }
        let lengths = of_truth.sqrt() * of_predicted.sqrt();
        self.cosine += if lengths > 0.0 { dot / lengths } else { 0.0 };
    }

    /// `mean_absolute_error`.
    pub fn mean_absolute_error(&self) -> Option<f64> {
        self.defined(|samples| self.absolute / samples / self.outputs.len() as f64)
    }

    /// `root_mean_squared_error`: of each number, then the mean of these.
    pub fn root_mean_squared_error(&self) -> Option<f64> {
        self.defined(|samples| self.mean(|output| (output.squared / samples).sqrt()))
    }

    /// `r2_score`: the share of each number's variance that is explained, then the mean of these. A number that never
    /// changes counts 1 if it was always right and 0 if not. None for fewer than two samples.
    pub fn r2(&self) -> Option<f64> {
        let share = |output: &Output| match (output.spread > 0.0, output.squared > 0.0) {
            (true, _) => 1.0 - output.squared / output.spread,
            (false, true) => 0.0,
            (false, false) => 1.0,
        };
        (self.samples >= 2).then(|| self.mean(share))
    }

    /// The mean over samples of the cosine between truth and prediction (`cosine_similarity`); 0 for a sample where one
    /// of them is all zeros.
    pub fn cosine_similarity(&self) -> Option<f64> {
        self.defined(|samples| self.cosine / samples)
    }

    fn mean(&self, figure: impl Fn(&Output) -> f64) -> f64 {
        self.outputs.iter().map(figure).sum::<f64>() / self.outputs.len() as f64
    }

    fn defined(&self, figure: impl Fn(f64) -> f64) -> Option<f64> {
        (self.samples > 0 && !self.outputs.is_empty()).then(|| figure(self.samples as f64))
    }
}
