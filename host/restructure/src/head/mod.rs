//! The classifier at the end of a network: the last dense layer before its first output, with nothing behind it but
//! Softmax and changes of shape.
//!
//! # Layout
//! - `locate`: finding it, and what it computes
//! - `features`: the network without it
//! - `replace`: another one in its place

mod features;
mod locate;
mod replace;

use crate::{Error, normalise};
use tract_onnx::pb::ModelProto;

pub use features::features;
pub use replace::replace;

/// What the head computes: scores = weights · features + bias.
#[derive(Clone, Debug, PartialEq)]
pub struct Head {
    /// The name of the node.
    pub layer: String,
    /// How many scores there are.
    pub classes: usize,
    /// How many numbers it reads for each sample.
    pub features: usize,
    /// Row-major [classes, features].
    pub weights: Vec<f32>,
    /// [classes]; zeros if the layer has none.
    pub bias: Vec<f32>,
}

/// Reads the head.
///
/// # Errors
/// If the network does not end with one, or its weights are not f32 or not finite.
pub fn locate(model: &ModelProto) -> Result<Head, Error> {
    let model = normalise::normalise(model)?;
    Ok(locate::locate(normalise::graph(&model)?)?.head)
}

/// Multiplies the head's weights and bias: what a temperature of 1 / `factor` does to a Softmax behind it.
///
/// # Errors
/// As [`locate`]; and if the factor is not a finite number above 0.
pub fn scale(model: &ModelProto, factor: f32) -> Result<ModelProto, Error> {
    if !(factor > 0.0 && factor.is_finite()) {
        let wanted = "a finite number above 0";
        return Err(Error::Option { option: "factor", value: f64::from(factor), wanted });
    }
    let head = locate(model)?;
    let scaled = |values: &[f32]| values.iter().map(|value| value * factor).collect::<Vec<_>>();
    replace(model, &scaled(&head.weights), &scaled(&head.bias))
}
