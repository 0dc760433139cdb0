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
    /// The Euclidean norm of the gradient below which the optimum counts as found. 10⁻⁶ by default, which is stricter
    /// than scikit-learn's `tol` (10⁻⁴ of the largest component).
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
/// If there are no samples, labels do not fit, a class has no samples, or an option makes no sense. A fit that did not
/// converge is none: see [`Fit::converged`].
pub fn fit(features: Matrix, labels: &[u32], classes: usize, options: &Options) -> Result<Fit, Error> {
    options.check()?;
    labels::count_all(labels, features.rows(), classes)?;
    let rows: Vec<usize> = (0..features.rows()).collect();
    let truth = labels.iter().map(|&label| label as usize).collect();
    let training = Training::new(features, &rows, truth, classes, options.standardize);
    let found = minimise(&training, training.start(), options)?;
    Ok(Fit {
        head: training.head(&found.parameters),
        iterations: found.iterations,
        gradient_norm: found.gradient_norm,
        converged: found.gradient_norm <= options.tolerance,
    })
}
