//! Batch normalisation becomes part of the layer before it.

use crate::names::Names;
use crate::{Error, attribute, graph, normalise, tensor};
use graph::Index;
use std::collections::HashSet;
use tract_onnx::pb::{ModelProto, NodeProto, TensorProto};

/// Folds every BatchNormalization into the Conv or Gemm whose result nothing else reads, which is exact up to rounding;
/// tells how many. Others stay.
///
/// # Errors
/// If the weights of such layers are not f32 or not finite, or do not fit each other.
pub fn fold(model: &ModelProto) -> Result<(ModelProto, usize), Error> {
    let mut model = normalise::normalise(model)?;
    let graph = normalise::graph(&model)?;
    let (index, mut names) = (Index::new(graph), Names::of(graph));
    let (mut nodes, mut tensors, mut gone) = (graph.node.clone(), Vec::new(), HashSet::new());
    for (id, norm) in graph.node.iter().enumerate() {
        let Some((layer, folded)) = Folded::of(&index, norm)? else { continue };
        let [weights, bias] = folded.tensors(&graph.node[layer], &mut names);
        let node = &mut nodes[layer];
        node.input.truncate(1);
        node.input.extend([weights.name.clone(), bias.name.clone()]);
        node.output[0] = norm.output[0].clone();
        // The product's factors are in the weights.
        ["alpha", "beta"].iter().for_each(|name| attribute::remove(node, name));
        tensors.extend([weights, bias]);
        gone.insert(id);
    }
    let mut places = 0..;
    nodes.retain(|_| places.next().is_none_or(|place| !gone.contains(&place)));
    let graph = normalise::graph_mut(&mut model)?;
    graph.node = nodes;
    graph.initializer.extend(tensors);
    graph::sweep(graph);
    Ok((model, gone.len()))
}

/// A layer's weights with the normalisation in them.
struct Folded {
    dims: Vec<usize>,
    weights: Vec<f32>,
    bias: Vec<f32>,
}

impl Folded {
    fn of(index: &Index, norm: &NodeProto) -> Result<Option<(usize, Self)>, Error> {
        let in_training = attribute::int(norm, "training_mode", 0) != 0 || norm.output.len() != 1;
        let is_norm = graph::operator(norm) == "BatchNormalization" && !in_training;
        let value = norm.input.first().map_or("", |name| name);
        let (Some(layer), Some(_)) = (index.maker(value).filter(|_| is_norm), index.only_reader(value)) else {
            return Ok(None);
        };
        let node = &index.graph.node[layer];
        let axis = match graph::operator(node) {
            "Conv" => 0,
            "Gemm" => usize::from(attribute::int(node, "transB", 0) == 0),
            _ => return Ok(None),
        };
        let biased = node.input.get(2).is_some_and(|name| !name.is_empty());
        let vectors: Option<Vec<&TensorProto>> = (1..5).map(|operand| index.constant(norm, operand)).collect();
        let (Some(weights), Some(vectors)) = (index.constant(node, 1), vectors) else { return Ok(None) };
        if biased && index.constant(node, 2).is_none() {
            return Ok(None);
        }
        let (dims, mut values) = (tensor::dims(weights), tensor::floats(weights)?);
        let Some(&channels) = dims.get(axis) else { return Ok(None) };
        let [scale, shift, mean, variance] = [0, 1, 2, 3].map(|place| vector(vectors[place], channels));
        let (scale, shift, mean, variance) = (scale?, shift?, mean?, variance?);
        let bias = match index.constant(node, 2).filter(|_| biased) {
            Some(bias) => vector(bias, channels)?,
            None => vec![0.0; channels],
        };
        let is_gemm = graph::operator(node) == "Gemm";
        let factor = |name| if is_gemm { f64::from(attribute::float(node, name, 1.0)) } else { 1.0 };
        let (alpha, beta) = (factor("alpha"), factor("beta"));
        let epsilon = f64::from(attribute::float(norm, "epsilon", 1e-5));
        let gains: Vec<f64> =
            scale.iter().zip(&variance).map(|(scale, variance)| scale / (variance + epsilon).sqrt()).collect();
        multiply(&mut values, &dims, axis, |channel| alpha * gains[channel]);
        let folded = |channel: usize| (beta * bias[channel] - mean[channel]) * gains[channel] + shift[channel];
        let bias = (0..channels).map(|channel| folded(channel) as f32).collect();
        Ok(Some((layer, Self { dims, weights: values, bias })))
    }

    fn tensors(&self, node: &NodeProto, names: &mut Names) -> [TensorProto; 2] {
        let layer = graph::name(node);
        let [weights, bias] = ["weight", "bias"].map(|what| names.free(&format!("{layer}.{what}.folded")));
        [
            tensor::new_floats(&weights, &self.dims, &self.weights),
            tensor::new_floats(&bias, &[self.bias.len()], &self.bias),
        ]
    }
}

/// One number for each channel; a single one is for all.
fn vector(tensor: &TensorProto, channels: usize) -> Result<Vec<f64>, Error> {
    let values: Vec<f64> = tensor::floats(tensor)?.into_iter().map(f64::from).collect();
    match values.len() {
        count if count == channels => Ok(values),
        1 => Ok(vec![values[0]; channels]),
        count => {
            let why = format!("has {count} elements where there are {channels} channels");
            Err(Error::Corrupt { tensor: tensor.name.clone(), why })
        }
    }
}

/// Multiplies every slice along an axis by its own factor.
pub(crate) fn multiply(values: &mut [f32], dims: &[usize], axis: usize, factor: impl Fn(usize) -> f64) {
    let inner: usize = dims[axis + 1..].iter().product::<usize>().max(1);
    for (at, slice) in values.chunks_mut(inner).enumerate() {
        let factor = factor(at % dims[axis]);
        slice.iter_mut().for_each(|value| *value = (f64::from(*value) * factor) as f32);
    }
}
