//! What operators make of channels.
//!
//! A rule tells which channels a node's result has, none if they are not followed from there. What it cannot tell it
//! stops at, and the channels that the node reads are protected.

mod arithmetic;
mod convolution;
mod dense;
mod normalisation;
mod order;
mod reduction;
mod reshape;

use super::follow::{Channels, Network};
use crate::{Error, graph, tensor};
use tract_onnx::pb::{NodeProto, TensorProto};

/// Why a rule does not go on.
pub(super) enum Stop {
    /// The channels have to stay: the rest of a sentence that begins with the node.
    Protects(String),
    Fails(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Fails(error)
    }
}

type Followed = Result<Option<Channels>, Stop>;

/// More channels than this are no channels of a network, but the shape of a tensor without elements.
const MOST: usize = 1 << 24;

fn protects(why: &str) -> Followed {
    Err(Stop::Protects(why.into()))
}

pub(super) fn apply<'a>(network: &mut Network<'a>, id: usize, node: &'a NodeProto) -> Followed {
    match graph::operator(node) {
        "Conv" => return convolution::conv(network, id, node),
        "ConvTranspose" => return convolution::conv_transpose(network, id, node),
        "Gemm" => return dense::gemm(network, id, node),
        "MatMul" => return dense::matmul(network, id, node),
        _ => (),
    }
    let reads = graph::values_read(node);
    if !reads.iter().any(|(name, _)| network.values.contains_key(name)) {
        return Ok(None);
    }
    match graph::operator(node) {
        "Add" | "Sub" | "Mul" | "Div" | "Max" | "Min" | "Sum" | "Mean" | "Pow" | "PRelu" => {
            arithmetic::broadcast(network, node)
        }
        "BatchNormalization" => normalisation::batch(network, node),
        "InstanceNormalization" => normalisation::instance(network, node),
        "Concat" => order::concat(network, node),
        "Transpose" => order::transpose(network, node),
        "Pad" => order::pad(network, node),
        "Resize" | "Upsample" => order::resize(network, id, node),
        "Slice" => order::slice(network, node),
        "Softmax" | "LogSoftmax" | "Hardmax" => order::softmax(network, node),
        "ReduceMean" | "ReduceSum" | "ReduceMax" | "ReduceMin" | "ReduceL1" | "ReduceL2" | "ReduceProd"
        | "ReduceSumSquare" => reduction::reduce(network, node),
        "Flatten" => reshape::flatten(network, node),
        "Reshape" => reshape::reshape(network, id, node),
        "Shape" => reshape::shape(network, node),
        "Squeeze" => reshape::squeeze(network, node),
        "Unsqueeze" => reshape::unsqueeze(network, node),
        "MaxPool" | "AveragePool" | "LpPool" | "GlobalAveragePool" | "GlobalMaxPool" | "GlobalLpPool" => {
            pool(network, node)
        }
        operator if element_wise(operator) && reads.iter().all(|(_, operand)| operand.is_some()) => {
            settings(network, node).map(|()| network.channels(node, 0))
        }
        _ => protects("is not followed"),
    }
}

/// Operators that treat every element alike, whatever the channel.
fn element_wise(operator: &str) -> bool {
    matches!(
        operator,
        "Relu"
            | "Clip"
            | "Sigmoid"
            | "HardSigmoid"
            | "HardSwish"
            | "LeakyRelu"
            | "Elu"
            | "Selu"
            | "Celu"
            | "Gelu"
            | "Mish"
            | "Swish"
            | "Softplus"
            | "Softsign"
            | "ThresholdedRelu"
            | "Shrink"
            | "Tanh"
            | "Erf"
            | "Exp"
            | "Log"
            | "Sqrt"
            | "Abs"
            | "Neg"
            | "Reciprocal"
            | "Floor"
            | "Ceil"
            | "Round"
            | "Sign"
            | "Identity"
            | "Dropout"
            | "Cast"
    )
}

/// Operands behind the first configure the operator: single numbers, or nothing.
fn settings(network: &Network, node: &NodeProto) -> Result<(), Stop> {
    let single = |name: &String| {
        name.is_empty() || network.index.tensor(name).is_some_and(|tensor| tensor::elements(tensor) == 1)
    };
    let others = node.input.get(1..).unwrap_or_default();
    if others.iter().all(single) { Ok(()) } else { Err(Stop::Protects("has bounds that are computed".into())) }
}

fn pool(network: &Network, node: &NodeProto) -> Followed {
    match network.channels(node, 0) {
        Some(channels) if channels.axis == 1 => Ok(Some(channels)),
        _ => protects("pools over channels"),
    }
}

/// Weights and their shape, none of whose extents is zero.
fn weights(tensor: &TensorProto) -> Result<(Vec<usize>, Vec<f32>), Error> {
    let (dims, values) = (tensor::dims(tensor), tensor::floats(tensor)?);
    if values.is_empty() {
        let why = format!("has the shape {:?}, which holds no weights", tensor.dims);
        return Err(Error::Corrupt { tensor: tensor.name.clone(), why });
    }
    Ok((dims, values))
}

/// Axes counted from the end are counted from the beginning.
fn axis(given: i64, rank: usize) -> Result<usize, Stop> {
    let counted = if given < 0 { given + rank as i64 } else { given };
    usize::try_from(counted).ok().filter(|&axis| axis < rank).ok_or_else(|| Stop::Protects(format!("has axis {given}")))
}
