//! Dense layers.

use super::{Followed, protects};
use crate::channels::follow::Network;
use crate::{Error, attribute, tensor};
use tract_onnx::pb::NodeProto;

pub(super) fn gemm<'a>(network: &mut Network<'a>, id: usize, node: &'a NodeProto) -> Followed {
    let input = network.channels(node, 0);
    let Some(weights) = network.index.constant(node, 1) else { return protects("multiplies computed matrices") };
    let (dims, values) = super::weights(weights)?;
    let transposed = attribute::int(node, "transA", 0) != 0;
    if transposed || input.as_ref().is_some_and(|input| (input.rank, input.axis) != (2, 1)) {
        return protects("reads channels on another axis than theirs");
    }
    if dims.len() != 2 {
        let why = format!("has the shape {dims:?}, and a Gemm multiplies matrices");
        return Err(Error::Corrupt { tensor: weights.name.clone(), why }.into());
    }
    let rows_are_outputs = attribute::int(node, "transB", 0) != 0;
    let (inputs, outputs) = if rows_are_outputs { (1, 0) } else { (0, 1) };
    let bias = match node.input.get(2).filter(|name| !name.is_empty()) {
        None => None,
        Some(name) => match network.index.tensor(name) {
            Some(bias) if tensor::elements(bias) == 1 => None,
            Some(bias) if tensor::dims(bias).last() == Some(&dims[outputs]) => Some(bias),
            _ => return protects("adds what is computed, or is not one number for each output"),
        },
    };
    if let Some(input) = &input {
        network.lay(weights, inputs, &input.ids)?;
    }
    let made = network.make(id, 2, 1, tensor::norms(&dims, &values, outputs));
    network.lay(weights, outputs, &made.ids)?;
    if let Some(bias) = bias {
        network.lay(bias, bias.dims.len() - 1, &made.ids)?;
    }
    Ok(Some(made))
}

pub(super) fn matmul<'a>(network: &mut Network<'a>, id: usize, node: &'a NodeProto) -> Followed {
    let input = network.channels(node, 0);
    let Some(weights) = network.index.constant(node, 1).filter(|weights| weights.dims.len() == 2) else {
        return protects("multiplies by what is computed, or is no matrix");
    };
    if input.as_ref().is_some_and(|input| input.rank < 2 || input.axis + 1 != input.rank) {
        return protects("reads channels on another axis than theirs");
    }
    let known = |name: &String| network.shape(name).map(|shape| shape.len());
    let rank = input.as_ref().map(|input| input.rank).or_else(|| node.input.first().and_then(known));
    let Some(rank) = rank.filter(|&rank| rank >= 2) else { return Ok(None) };
    let (dims, values) = super::weights(weights)?;
    if let Some(input) = &input {
        network.lay(weights, 0, &input.ids)?;
    }
    let made = network.make(id, rank, rank - 1, tensor::norms(&dims, &values, 1));
    network.lay(weights, 1, &made.ids)?;
    Ok(Some(made))
}
