//! The graph as a recipe wants it, before it is compiled.

use anyhow::{Context, Result, ensure};
use maasm_compile::{Options, shapes};
use maasm_component::Recipe;
use maasm_restructure::low_rank::Keep;
use maasm_restructure::{channels, equalize, head, low_rank, magnitude};
use serde::{Deserialize, Serialize};
use tract_onnx::pb::ModelProto;

/// Changes the graph.
///
/// # Errors
/// If it cannot be changed so.
pub fn restructure(mut model: ModelProto, recipe: &Recipe, options: &Options) -> Result<ModelProto> {
    if recipe.equalize {
        model = equalize::equalize(&model).context("ranges cannot be made alike")?.0;
    }
    if let Some(fraction) = recipe.prune_channels {
        let shapes = shapes(&model, options);
        let shape = |value: &str| shapes.get(value).cloned();
        model = channels::prune(&model, &shape, fraction).context("no channels can be removed")?.0;
    }
    if let Some(energy) = recipe.low_rank {
        let (changed, report) = low_rank::factorize(&model, Keep::Energy(energy)).context("no layer can be split")?;
        ensure!(!report.layers.is_empty(), "no dense layer gets smaller by low_rank {energy}; keep less of its energy");
        model = changed;
    }
    if let Some(fraction) = recipe.prune {
        model = magnitude::prune(&model, fraction).context("no weights can be set to zero")?.0;
    }
    Ok(model)
}

/// A classifier's last layer, in the file that `maasm tune` hands over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Head {
    /// The classes' names.
    pub labels: Vec<String>,
    /// Row-major `[classes, features]`.
    pub weights: Vec<f32>,
    /// `[classes]`
    pub bias: Vec<f32>,
}

/// The graph up to its classifier's last layer.
///
/// # Errors
/// If it has no such layer.
pub fn features(model: &ModelProto) -> Result<ModelProto> {
    head::features(model).context("the model has no classifier to replace")
}

/// The graph with another last layer.
///
/// # Errors
/// If it has no such layer, or one for another number of features.
pub fn with_head(model: &ModelProto, new: &Head) -> Result<ModelProto> {
    head::replace(model, &new.weights, &new.bias).context("the model has no classifier to replace")
}
