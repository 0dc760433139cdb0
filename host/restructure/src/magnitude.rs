//! Unstructured pruning: the smallest weights of the whole network become zero (Han et al. 2015, "Learning both Weights
//! and Connections for Efficient Neural Networks"). The network stays as large and as slow; stored compressed, it is
//! smaller.

use crate::{Error, error, graph, normalise, tensor};
use std::collections::HashSet;
use tract_onnx::pb::{GraphProto, ModelProto};

/// What became zero.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Weights of convolutions and dense layers, together.
    pub weights: usize,
    /// How many of them are zero now.
    pub zeros: usize,
    /// The largest magnitude that became zero; 0 if none did.
    pub threshold: f32,
    /// Every tensor of weights, in the order of the network.
    pub layers: Vec<Layer>,
}

/// One tensor of weights.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// The initialiser's name.
    pub tensor: String,
    /// How many weights it holds.
    pub weights: usize,
    /// How many of them are zero now.
    pub zeros: usize,
}

/// Makes the smallest `fraction` (0 up to, but not, 1; rounded to whole weights) of all weights of Conv, ConvTranspose,
/// Gemm and MatMul zero, by their magnitude over the whole network; of equal ones those that come first. Biases, and
/// everything else, stay.
///
/// # Errors
/// If the fraction is none, weights are not f32 or not finite, or there are no such layers.
pub fn prune(model: &ModelProto, fraction: f64) -> Result<(ModelProto, Report), Error> {
    error::check_fraction(fraction)?;
    let mut model = normalise::normalise(model)?;
    let graph = normalise::graph_mut(&mut model)?;
    let places = weights(graph);
    let mut values = Vec::with_capacity(places.len());
    for &place in &places {
        values.push(tensor::floats(&graph.initializer[place])?);
    }
    let mut magnitudes: Vec<f32> = values.iter().flatten().map(|value| value.abs()).collect();
    if magnitudes.is_empty() {
        let why = "it has no convolution or dense layer with constant weights".into();
        return Err(Error::Nothing { change: "pruned", why });
    }
    let gone = (fraction * magnitudes.len() as f64).round() as usize;
    let (mut threshold, mut equal) = (0.0, 0);
    if let Some(last) = gone.checked_sub(1) {
        threshold = *magnitudes.select_nth_unstable_by(last, f32::total_cmp).1;
        equal = magnitudes[..gone].iter().filter(|&&magnitude| magnitude == threshold).count();
    }
    let mut layers = Vec::with_capacity(places.len());
    for (&place, values) in places.iter().zip(&mut values) {
        for value in values.iter_mut() {
            let among_equal = value.abs() == threshold && equal > 0;
            equal -= usize::from(among_equal);
            if among_equal || value.abs() < threshold {
                *value = 0.0;
            }
        }
        let initialiser = &mut graph.initializer[place];
        *initialiser = tensor::new_floats(&initialiser.name, &tensor::dims(initialiser), values);
        let zeros = values.iter().filter(|&&value| value == 0.0).count();
        layers.push(Layer { tensor: initialiser.name.clone(), weights: values.len(), zeros });
    }
    let zeros = layers.iter().map(|layer| layer.zeros).sum();
    Ok((model, Report { weights: magnitudes.len(), zeros, threshold, layers }))
}

/// The places of initialisers that are multiplied by activations, in the order of the nodes; each once.
fn weights(graph: &GraphProto) -> Vec<usize> {
    let mut seen = HashSet::new();
    let layers =
        graph.node.iter().filter(|node| matches!(graph::operator(node), "Conv" | "ConvTranspose" | "Gemm" | "MatMul"));
    let operands = layers.flat_map(|node| node.input.iter().take(2));
    operands
        .filter_map(|name| graph.initializer.iter().position(|tensor| &tensor.name == name && tensor.dims.len() >= 2))
        .filter(|&place| seen.insert(place))
        .collect()
}
