//! L-BFGS (Liu and Nocedal 1989) with the line search of Moré and Thuente (1994), both of the crate `argmin`.

use super::objective::Objective;
use super::{Options, Training};
use crate::Error;
use argmin::core::{Executor, Gradient, State};
use argmin::solver::linesearch::MoreThuenteLineSearch;
use argmin::solver::quasinewton::LBFGS;

/// How many steps L-BFGS remembers; scikit-learn's number.
const MEMORY: usize = 10;

/// Where the solver came to.
pub struct Found {
    pub parameters: Vec<f64>,
    pub iterations: u64,
    pub gradient_norm: f64,
    pub converged: bool,
}

/// Goes from `start` to the optimum, or as near as the options and rounding allow.
pub fn minimise(training: &Training, start: Vec<f64>, options: &Options) -> Result<Found, Error> {
    let failed = |error: argmin::core::Error| Error::Solver(error.to_string());
    let objective = Objective::new(training, options.c);
    let tolerance = options.tolerance * objective.penalty.sqrt();
    let solver = LBFGS::new(MoreThuenteLineSearch::new(), MEMORY)
        .with_tolerance_grad(tolerance)
        .and_then(|solver| solver.with_tolerance_cost(0.0))
        .map_err(failed)?;
    let run = Executor::new(&objective, solver)
        .configure(|state| state.param(start).max_iters(u64::from(options.max_iterations)));
    let mut state = run.run().map_err(failed)?.state;
    // Where rounding leaves the line search nothing to gain, it ends without parameters; the best ones are the optimum.
    let parameters = state.take_param().or_else(|| state.take_best_param());
    let parameters = parameters.ok_or_else(|| Error::Solver("it never began".into()))?;
    let gradient = (&objective).gradient(&parameters).map_err(failed)?;
    let gradient_norm = gradient.iter().map(|part| part * part).sum::<f64>().sqrt();
    Ok(Found { parameters, iterations: state.get_iter(), gradient_norm, converged: gradient_norm <= tolerance })
}
