//! A graph and a recipe become a plan.

use anyhow::Result;
use maasm_compile::{self as compile, Compiled, Options, quantize};
use maasm_component::Recipe;
use tract_onnx::pb::ModelProto;

/// What became of a graph.
pub struct Applied {
    /// The plan.
    pub compiled: Compiled,
    /// The layers that were left in f32 because their integers change the outputs most.
    pub kept_float: Vec<String>,
}

/// Compiles a graph, which was restructured before, by a recipe. `samples` gives inputs for calibration; it is called only
/// if some are needed.
///
/// # Errors
/// If it cannot be compiled so.
pub fn apply(
    model: &ModelProto,
    compiled: Compiled,
    recipe: &Recipe,
    mut options: Options,
    samples: impl FnOnce() -> Result<Vec<Vec<f32>>>,
) -> Result<Applied> {
    options.weights = recipe.weight_format();
    if recipe.quantize.is_none() {
        let compiled = match options.weights {
            Some(_) => compile::compile(model, &options)?,
            None => compiled,
        };
        return Ok(Applied { compiled, kept_float: Vec::new() });
    }
    let samples = samples()?;
    let mut calibration = quantize::calibrate(&compiled, &samples, recipe.ranges.unwrap_or_default())?;
    let mut kept_float = Vec::new();
    if let Some(count) = recipe.keep_float {
        let mut sensitive = quantize::sensitivities(model, &options, &compiled, &calibration, &samples)?;
        sensitive.truncate(count as usize);
        calibration.leave(sensitive.iter().map(|layer| layer.step));
        kept_float = sensitive.into_iter().map(|layer| layer.name).collect();
    }
    drop(samples);
    options.calibration = Some(calibration);
    Ok(Applied { compiled: compile::compile(model, &options)?, kept_float })
}
