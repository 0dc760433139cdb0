//! Multinomial logistic regression with an L2 penalty, as `LogisticRegression(C=c, solver="lbfgs")` of scikit-learn.
//!
//! It minimises the mean over samples of −ln softmax(W·x + b)\[label\], plus Σ W² / (2·C·n). The intercept b is not
//! penalised. This is C · Σ loss + ½ Σ W², divided by C·n, as scikit-learn's solver sees it. Where there are two classes
//! scikit-learn (since 1.8 always) fits one vector w = W₁ − W₀ by the binomial loss and penalises w²; here, W₀ and W₁ are
//! −w/2 and w/2, and their penalty counts twice, which is the same optimum.
//!
//! The optimum is unique but for a constant added to every intercept; the one found has intercepts that sum to 0.

mod objective;
mod solver;
mod training;

pub(crate) use solver::minimise;
pub(crate) use training::Training;

use crate::{Error, Head, Matrix, labels};

/// How to fit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// The inverse of the regularisation's strength: small means strong. 1 by default.
    pub c: f64,
    /// Whether each feature is divided by its standard deviation first, as `StandardScaler` does; weights and bias are
    /// given for the features as they are all the same. True by default: C then means the same for every network, and
    /// the solver needs fewer steps.
    pub standardize: bool,
    /// After how many steps of L-BFGS to stop. 1000 by default.
    pub max_iterations: u32,
    /// How near the optimum is near enough: the objective is at most tolerance² / 2 above its lowest value, which is
    /// certain once the gradient's Euclidean norm is at most tolerance · √(1/(C·n)), since the penalty curves the
    /// objective so much. 10⁻⁶ by default, and much stricter than scikit-learn's `tol`.
    pub tolerance: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self { c: 1.0, standardize: true, max_iterations: 1000, tolerance: 1e-6 }
    }
}

impl Options {
    pub(crate) fn check(&self) -> Result<(), Error> {
        positive("C", self.c)?;
        positive("max_iterations", f64::from(self.max_iterations))?;
        positive("tolerance", self.tolerance)
    }
}

fn positive(name: &'static str, value: f64) -> Result<(), Error> {
    let fine = value.is_finite() && value > 0.0;
    if fine { Ok(()) } else { Err(Error::Option { name, value, allowed: "a number above 0" }) }
}

/// A head, and how well it was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// What was fitted.
    pub head: Head,
    /// Steps of the solver.
    pub iterations: u64,
    /// The Euclidean norm of the gradient there.
    pub gradient_norm: f64,
    /// Whether that is within the tolerance.
    pub converged: bool,
}

/// Fits a head to features (n × d) and labels (n, below `classes`).
///
/// # Errors
/// If there are no samples, labels do not fit, a class has no samples, an option makes no sense, or a weight is beyond
/// single precision. That the solver did not converge is no error: see [`Fit::converged`].
pub fn fit(features: Matrix, labels: &[u32], classes: usize, options: &Options) -> Result<Fit, Error> {
    options.check()?;
    labels::count_all(labels, features.rows(), classes)?;
    let rows: Vec<usize> = (0..features.rows()).collect();
    let truth = labels.iter().map(|&label| label as usize).collect();
    let training = Training::new(features, &rows, truth, classes, options.standardize);
    let found = minimise(&training, training.start(), options)?;
    Ok(Fit {
        head: training.head(&found.parameters)?,
        iterations: found.iterations,
        gradient_norm: found.gradient_norm,
        converged: found.converged,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fitted(features: &[f32], columns: usize, labels: &[u32], options: Options) -> Fit {
        let classes = *labels.iter().max().unwrap() as usize + 1;
        fit(Matrix::new(features, columns).unwrap(), labels, classes, &options).unwrap()
    }

    #[test]
    fn two_samples_are_fitted_as_one_can_calculate() {
        // By symmetry the bias is 0, and C · 2 ln(1 + e^-w) + w²/2 is least where w = 2C / (1 + e^w). With C = (1 + e)/2
        // that is 1.
        let c = (1.0 + 1f64.exp()) / 2.0;
        let fit = fitted(&[-1.0, 1.0], 1, &[0, 1], Options { c, standardize: false, ..Options::default() });
        assert!(fit.converged);
        assert!((fit.head.weights[0] + 0.5).abs() < 1e-6 && (fit.head.weights[1] - 0.5).abs() < 1e-6, "{fit:?}");
        assert!(fit.head.bias.iter().all(|bias| bias.abs() < 1e-6));
    }

    #[test]
    fn standardised_fits_do_not_depend_on_units() {
        let features = [0.0, 5.0, 1.0, 3.0, 4.0, 4.0, 2.0, 7.0, 3.0, 1.0, 6.0, 2.0];
        let other: Vec<f32> = features.chunks(2).flat_map(|row| [row[0] * 1024.0 + 4096.0, row[1]]).collect();
        let labels = [0, 1, 2, 0, 1, 2];
        let [one, two] = [&features[..], &other].map(|features| fitted(features, 2, &labels, Options::default()).head);
        let near = |a: f32, b: f32| (a - b).abs() < 1e-5;
        let rows = one.weights.chunks(2).zip(two.weights.chunks(2));
        assert!(rows.into_iter().all(|(one, two)| near(one[0], two[0] * 1024.0) && near(one[1], two[1])));
    }

    #[test]
    fn a_constant_feature_weighs_nothing() {
        let fit = fitted(&[1.0, 0.1, 2.0, 0.1, 3.0, 0.1, 4.0, 0.1], 2, &[0, 0, 1, 1], Options::default());
        assert!(fit.converged && fit.head.weights[1].abs() < 1e-6 && fit.head.weights[3].abs() < 1e-6, "{fit:?}");
    }

    #[test]
    fn the_same_samples_give_the_same_bits() {
        let features: Vec<f32> = (0..400).map(|index| ((index * 7919) % 101) as f32).collect();
        let labels: Vec<u32> = (0..100).map(|row| row % 3).collect();
        assert_eq!(
            fitted(&features, 4, &labels, Options::default()),
            fitted(&features, 4, &labels, Options::default())
        );
    }

    #[test]
    fn a_fit_that_was_stopped_says_so() {
        let options = Options { max_iterations: 1, ..Options::default() };
        let fit = fitted(&[1.0, 2.0, 2.5, 4.0], 1, &[0, 1, 0, 1], options);
        assert!(!fit.converged && fit.iterations == 1, "{fit:?}");
    }

    #[test]
    fn labels_that_cannot_be_learnt_are_refused() {
        let features = Matrix::new(&[1.0, 2.0], 1).unwrap();
        let said = |labels: &[u32], classes| fit(features, labels, classes, &Options::default()).unwrap_err();
        assert_eq!(said(&[0], 2), Error::Length { what: "labels", found: 1, samples: 2 });
        assert_eq!(said(&[0, 2], 2), Error::Label { row: 1, label: 2, classes: 2 });
        assert_eq!(said(&[1, 1], 2), Error::OneClass { class: 1 });
        assert_eq!(said(&[0, 1], 3), Error::EmptyClass { class: 2 });
    }

    #[test]
    fn bad_options_are_refused() {
        let features = Matrix::new(&[1.0, 2.0], 1).unwrap();
        let said = |options| fit(features, &[0, 1], 2, &options).unwrap_err().to_string();
        for c in [0.0, -1.0, f64::INFINITY, f64::NAN] {
            let options = Options { c, ..Options::default() };
            assert_eq!(said(options), format!("C is {c}; it has to be a number above 0"));
        }
        let never = Options { max_iterations: 0, ..Options::default() };
        assert_eq!(said(never), "max_iterations is 0; it has to be a number above 0");
        assert!(said(Options { tolerance: -1.0, ..Options::default() }).starts_with("tolerance is -1"));
    }

    #[test]
    fn features_at_the_ends_of_single_precision_end_in_a_fit_or_an_error() {
        let labels = [0, 1, 0, 1];
        for scale in [1e-45, 1e-38, 1e30, 1e38] {
            let features = [1.0, 2.0, 1.5, 3.0].map(|value: f32| value * scale);
            for standardize in [true, false] {
                let options = Options { standardize, c: 100.0, ..Options::default() };
                match fit(Matrix::new(&features, 1).unwrap(), &labels, 2, &options) {
                    Ok(fit) => assert!(fit.head.weights.iter().chain(&fit.head.bias).all(|value| value.is_finite())),
                    Err(error) => assert_eq!(error, Error::Weight { column: 0 }),
                }
            }
        }
    }
}
