//! Channels of like ranges: what one layer multiplies a channel by, the next one divides it by, so that a layer's
//! weights can share one quantisation step (Nagel et al. 2019, "Data-Free Quantization Through Weight Equalization and
//! Bias Correction"). The network computes the same.

use crate::graph::{self, Index};
use crate::names::Names;
use crate::{Error, attribute, fold, normalise, tensor};
use std::collections::BTreeMap;
use tract_onnx::pb::{GraphProto, ModelProto, NodeProto};

/// What was made alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Batch normalisations that were folded first; see [`fold`](crate::fold::fold).
    pub folded: usize,
    /// Layers and the ones behind them, by their names, whose channels were scaled.
    pub pairs: Vec<(String, String)>,
}

/// Passes over all pairs: a scale in one pair changes the ranges of the next.
const PASSES: usize = 20;
/// Passes end when no scale is further from 1 than this.
const SETTLED: f64 = 1e-3;

/// Folds batch normalisations, and scales the channels between every two convolutions with constant weights so that both
/// have the same range in each. Between them may stand what positive scales pass through: Relu, LeakyRelu, PRelu and
/// pools. A Relu6 (Clip to 0 and 6) is none of these, and such pairs stay as they are.
///
/// # Errors
/// If weights are not f32 or not finite.
pub fn equalize(model: &ModelProto) -> Result<(ModelProto, Report), Error> {
    let (mut model, folded) = fold::fold(model)?;
    let graph = normalise::graph_mut(&mut model)?;
    let index = Index::new(graph);
    let (mut pairs, mut layers) = (Vec::new(), BTreeMap::new());
    for (first, node) in graph.node.iter().enumerate() {
        let Some(second) = next(&index, node) else { continue };
        let (Some(one), Some(other)) = (Layer::read(&index, node)?, Layer::read(&index, &graph.node[second])?) else {
            continue;
        };
        if one.dims[0] == other.inputs() {
            pairs.push((first, second));
            layers.entry(first).or_insert(one);
            layers.entry(second).or_insert(other);
        }
    }
    for _ in 0..PASSES {
        let mut furthest: f64 = 0.0;
        for (first, second) in &pairs {
            furthest = furthest.max(level(&mut layers, *first, *second));
        }
        if furthest < SETTLED {
            break;
        }
    }
    let name = |id: usize| graph::name(&graph.node[id]).to_owned();
    let report = Report { folded, pairs: pairs.iter().map(|&(first, second)| (name(first), name(second))).collect() };
    write(graph, &layers);
    Ok((model, report))
}

/// A convolution.
struct Layer {
    dims: Vec<usize>,
    groups: usize,
    weights: Vec<f32>,
    bias: Option<Vec<f32>>,
}

impl Layer {
    fn read(index: &Index, node: &NodeProto) -> Result<Option<Self>, Error> {
        let Some(weights) = index.constant(node, 1).filter(|_| graph::operator(node) == "Conv") else {
            return Ok(None);
        };
        let groups = usize::try_from(attribute::int(node, "group", 1)).unwrap_or(0);
        let (dims, values) = (tensor::dims(weights), tensor::floats(weights)?);
        let bias = match node.input.get(2).filter(|name| !name.is_empty()) {
            None => None,
            Some(name) => match index.tensor(name) {
                Some(bias) => Some(tensor::floats(bias)?),
                None => return Ok(None),
            },
        };
        let fits = bias.as_ref().is_none_or(|bias| Some(&bias.len()) == dims.first());
        let is_whole = dims.len() > 2 && groups > 0 && dims[0].is_multiple_of(groups);
        Ok((fits && is_whole).then_some(Self { dims, groups, weights: values, bias }))
    }

    fn inputs(&self) -> usize {
        self.dims[1] * self.groups
    }

    /// Weights from one input channel to one output channel.
    fn window(&self) -> usize {
        self.dims[2..].iter().product::<usize>().max(1)
    }

    /// The input channel that comes first among those that an output channel reads.
    fn first_input(&self, output: usize) -> usize {
        output / (self.dims[0] / self.groups) * self.dims[1]
    }

    /// The largest magnitude of the weights that make each output channel.
    fn made(&self) -> Vec<f64> {
        self.weights.chunks((self.dims[1] * self.window()).max(1)).map(largest).collect()
    }

    /// The largest magnitude of the weights that read each input channel.
    fn read_by(&self) -> Vec<f64> {
        let mut ranges = vec![0.0f64; self.inputs()];
        for (output, row) in self.weights.chunks((self.dims[1] * self.window()).max(1)).enumerate() {
            let inputs = &mut ranges[self.first_input(output)..];
            for (range, slice) in inputs.iter_mut().zip(row.chunks(self.window())) {
                *range = range.max(largest(slice));
            }
        }
        ranges
    }

    /// Multiplies what reads each input channel.
    fn scale_inputs(&mut self, scales: &[f64]) {
        let (window, mut weights) = (self.window(), std::mem::take(&mut self.weights));
        for (output, row) in weights.chunks_mut((self.dims[1] * window).max(1)).enumerate() {
            for (slice, scale) in row.chunks_mut(window).zip(&scales[self.first_input(output)..]) {
                slice.iter_mut().for_each(|weight| *weight = (f64::from(*weight) * scale) as f32);
            }
        }
        self.weights = weights;
    }
}

fn largest(weights: &[f32]) -> f64 {
    f64::from(weights.iter().fold(0.0f32, |most, weight| most.max(weight.abs())))
}

/// The layer that alone reads what a convolution makes, with nothing between that a scale does not pass through.
fn next(index: &Index, node: &NodeProto) -> Option<usize> {
    let mut reader = index.only_reader(node.output.first()?)?;
    while graph::operator(&index.graph.node[reader]) != "Conv" {
        let between = &index.graph.node[reader];
        let passes = match graph::operator(between) {
            "Relu" | "LeakyRelu" | "MaxPool" | "AveragePool" | "GlobalAveragePool" | "GlobalMaxPool" | "Identity" => {
                true
            }
            "PRelu" => index.constant(between, 1).is_some(),
            _ => false,
        };
        reader = index.only_reader(between.output.first().filter(|_| passes && between.output.len() == 1)?)?;
    }
    Some(reader)
}

/// Divides each channel of the first layer, and multiplies it in the second, by the scale that makes their largest
/// weights √(r₁·r₂) in both: s = √(r₁ / r₂). Gives the distance from 1 of the scale that is furthest from it.
fn level(layers: &mut BTreeMap<usize, Layer>, first: usize, second: usize) -> f64 {
    let (Some(one), Some(other)) = (layers.get(&first), layers.get(&second)) else { return 0.0 };
    let (made, read) = (one.made(), other.read_by());
    // A channel of zeros has no range, and one of denormal numbers would not survive the scale.
    let scale = |(&made, &read): (&f64, &f64)| {
        let is_normal = made.min(read) > f64::from(f32::MIN_POSITIVE);
        if is_normal { (made / read).sqrt() } else { 1.0 }
    };
    let scales: Vec<f64> = made.iter().zip(&read).map(scale).collect();
    if let Some(one) = layers.get_mut(&first) {
        fold::multiply(&mut one.weights, &one.dims, 0, |channel| 1.0 / scales[channel]);
        for (bias, scale) in one.bias.iter_mut().flatten().zip(&scales) {
            *bias = (f64::from(*bias) / scale) as f32;
        }
    }
    if let Some(other) = layers.get_mut(&second) {
        other.scale_inputs(&scales);
    }
    scales.iter().map(|scale| (scale - 1.0).abs()).fold(0.0, f64::max)
}

/// Every layer gets its own tensors: the old ones may have been shared.
fn write(graph: &mut GraphProto, layers: &BTreeMap<usize, Layer>) {
    let mut names = Names::of(graph);
    for (&id, layer) in layers {
        let mut put = |operand: usize, dims: &[usize], values: &[f32]| {
            let input = &mut graph.node[id].input[operand];
            *input = names.free(&format!("{input}.equalized"));
            graph.initializer.push(tensor::new_floats(input, dims, values));
        };
        put(1, &layer.dims, &layer.weights);
        if let Some(bias) = &layer.bias {
            put(2, &[bias.len()], bias);
        }
    }
    graph::sweep(graph);
}
