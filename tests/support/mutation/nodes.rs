//! Operators, their inputs and outputs.

use super::any;
use crate::random::Random;
use tract_onnx::pb::{GraphProto, ValueInfoProto};

/// Every operator that a node may be turned into; most then have the wrong inputs or attributes.
const OPERATORS: [&str; 88] = [
    "Add",
    "ArgMax",
    "AveragePool",
    "BatchNormalization",
    "Cast",
    "Clip",
    "Compress",
    "Concat",
    "Constant",
    "ConstantOfShape",
    "Conv",
    "ConvInteger",
    "ConvTranspose",
    "CumSum",
    "DepthToSpace",
    "DequantizeLinear",
    "Det",
    "Dropout",
    "Einsum",
    "Elu",
    "Expand",
    "EyeLike",
    "Flatten",
    "GRU",
    "Gather",
    "GatherElements",
    "GatherND",
    "Gemm",
    "GlobalAveragePool",
    "GlobalLpPool",
    "GlobalMaxPool",
    "GridSample",
    "HannWindow",
    "HardSigmoid",
    "Identity",
    "If",
    "InstanceNormalization",
    "LRN",
    "LSTM",
    "LayerNormalization",
    "LeakyRelu",
    "LogSoftmax",
    "Loop",
    "LpPool",
    "MatMul",
    "MatMulInteger",
    "MaxPool",
    "Mean",
    "Mod",
    "Mul",
    "Multinomial",
    "NegativeLogLikelihoodLoss",
    "NonMaxSuppression",
    "NonZero",
    "OneHot",
    "PRelu",
    "Pad",
    "Pow",
    "QLinearConv",
    "QLinearMatMul",
    "QuantizeLinear",
    "RandomNormal",
    "RandomUniformLike",
    "Range",
    "ReduceL2",
    "ReduceMean",
    "Reshape",
    "Resize",
    "ReverseSequence",
    "Scan",
    "ScatterElements",
    "ScatterND",
    "Shape",
    "Shrink",
    "Size",
    "Slice",
    "Softmax",
    "SoftmaxCrossEntropyLoss",
    "SpaceToDepth",
    "Split",
    "Squeeze",
    "Tile",
    "TopK",
    "Transpose",
    "Trilu",
    "Unsqueeze",
    "Upsample",
    "Where",
];

/// A node computes something else.
pub fn operator(graph: &mut GraphProto, donor: &GraphProto, random: &mut Random) {
    let theirs = donor.node.get(random.below(donor.node.len().max(1)));
    let operator = match theirs {
        Some(node) if random.chance(2) => node.op_type.clone(),
        _ => random.one_of(&OPERATORS).into(),
    };
    if let Some(node) = any(&mut graph.node, random) {
        node.op_type = operator;
    }
}

/// A node loses its last input, or one of them is left empty.
pub fn input_left_out(graph: &mut GraphProto, _: &GraphProto, random: &mut Random) {
    let Some(node) = any(&mut graph.node, random) else { return };
    if random.chance(2) {
        node.input.pop();
    } else if let Some(input) = any(&mut node.input, random) {
        input.clear();
    }
}

/// A node is given more.
pub fn input_added(graph: &mut GraphProto, _: &GraphProto, random: &mut Random) {
    let name = value(graph, random);
    if let Some(node) = any(&mut graph.node, random) {
        node.input.insert(random.below(node.input.len() + 1), name);
    }
}

/// A node reads something else.
pub fn input_replaced(graph: &mut GraphProto, _: &GraphProto, random: &mut Random) {
    let name = value(graph, random);
    if let Some(node) = any(&mut graph.node, random)
        && let Some(input) = any(&mut node.input, random)
    {
        *input = name;
    }
}

/// A node takes its inputs in another order.
pub fn inputs_swapped(graph: &mut GraphProto, _: &GraphProto, random: &mut Random) {
    if let Some(node) = any(&mut graph.node, random).filter(|node| node.input.len() > 1) {
        let (a, b) = (random.below(node.input.len()), random.below(node.input.len()));
        node.input.swap(a, b);
    }
}

/// What a node makes is made no more; who reads it reads the node's first input instead, or nothing that there is.
pub fn node_left_out(graph: &mut GraphProto, _: &GraphProto, random: &mut Random) {
    if graph.node.len() < 2 {
        return;
    }
    let gone = graph.node.remove(random.below(graph.node.len()));
    let (Some(input), Some(output)) = (gone.input.first(), gone.output.first()) else { return };
    if !random.chance(4) {
        let reads = graph.node.iter_mut().flat_map(|node| &mut node.input);
        reads.filter(|name| *name == output).for_each(|name| *name = input.clone());
    }
}

/// A node is done again and again, each time to its own result.
pub fn node_repeated(graph: &mut GraphProto, _: &GraphProto, random: &mut Random) {
    let place = random.below(graph.node.len().max(1));
    let Some(node) = graph.node.get(place).cloned() else { return };
    let (Some(result), Some(input)) = (node.output.first(), any(&mut graph.node[place].input, random)) else { return };
    let read = input.clone();
    let mut before = read.clone();
    for time in 0..random.between(1, 12) {
        let mut again = node.clone();
        let made = format!("{result}.again{time}.{}", random.below(1 << 20));
        again.name = made.clone();
        again.input.iter_mut().filter(|name| **name == read).for_each(|name| *name = before.clone());
        again.output.truncate(1);
        again.output[0] = made.clone();
        before = made;
        graph.node.insert(place, again);
    }
    graph.node[place..].reverse();
    if let Some(last) = graph.node.iter_mut().find(|other| other.output == node.output) {
        last.input.iter_mut().filter(|name| **name == read).for_each(|name| *name = before.clone());
    }
}

/// Something inside becomes an output of the model.
pub fn output_added(graph: &mut GraphProto, _: &GraphProto, random: &mut Random) {
    let name = value(graph, random);
    graph.output.push(ValueInfoProto { name, ..Default::default() });
}

/// The name of any value, in whatever order it is made.
pub fn value(graph: &GraphProto, random: &mut Random) -> String {
    let made = graph.node.iter().flat_map(|node| &node.output);
    let given = graph.input.iter().map(|input| &input.name);
    let names: Vec<&String> = made.chain(given).chain(graph.initializer.iter().map(|tensor| &tensor.name)).collect();
    names.get(random.below(names.len().max(1))).map_or_else(String::new, |name| (*name).clone())
}
