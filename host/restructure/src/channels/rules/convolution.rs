//! Convolutions.

use super::{Followed, Stop, protects};
use crate::channels::follow::{Channels, Count, Layer, Network};
use crate::{Error, attribute, tensor};
use std::rc::Rc;
use tract_onnx::pb::{NodeProto, TensorProto};

/// A convolution's operands.
struct Conv<'a> {
    input: Option<Channels>,
    weights: &'a TensorProto,
    dims: Vec<usize>,
    values: Vec<f32>,
    bias: Option<&'a TensorProto>,
    groups: usize,
}

impl<'a> Conv<'a> {
    fn read(network: &Network<'a>, node: &'a NodeProto) -> Result<Self, Stop> {
        let input = network.channels(node, 0);
        let Some(weights) = network.index.constant(node, 1) else {
            return Err(Stop::Protects("has weights that are computed".into()));
        };
        let has_bias = node.input.get(2).is_some_and(|name| !name.is_empty());
        let bias = network.index.constant(node, 2);
        if has_bias && bias.is_none() {
            return Err(Stop::Protects("has a bias that is computed".into()));
        }
        let (dims, values) = super::weights(weights)?;
        let groups = usize::try_from(attribute::int(node, "group", 1)).unwrap_or(0);
        let corrupt = |why: String| Stop::Fails(Error::Corrupt { tensor: weights.name.clone(), why });
        if dims.len() < 3 || groups == 0 || !dims[0].is_multiple_of(groups) {
            return Err(corrupt(format!("has the shape {dims:?}, which a convolution in {groups} groups cannot have")));
        }
        if input.as_ref().is_some_and(|input| input.axis != 1 || input.rank != dims.len()) {
            return Err(Stop::Protects("reads channels on another axis than theirs".into()));
        }
        Ok(Self { input, weights, dims, values, bias, groups })
    }

    fn check_input(&self, channels: usize) -> Result<(), Stop> {
        let found = self.input.as_ref().map_or(channels, |input| input.ids.len());
        if found == channels {
            return Ok(());
        }
        let why = format!("reads {channels} channels where there are {found}");
        Err(Error::Corrupt { tensor: self.weights.name.clone(), why }.into())
    }
}

pub(super) fn conv<'a>(network: &mut Network<'a>, id: usize, node: &'a NodeProto) -> Followed {
    let conv = Conv::read(network, node)?;
    let norms = tensor::norms(&conv.dims, &conv.values, 0);
    conv.check_input(conv.dims[1].saturating_mul(conv.groups))?;
    let input = match &conv.input {
        Some(input) if conv.groups > 1 => input.ids.clone(),
        // The groups of what is not followed stay as they are, and so do their results.
        None if conv.groups > 1 => return protects("convolves groups of channels that are not followed"),
        input => {
            if let Some(input) = input {
                network.lay(conv.weights, 1, &input.ids)?;
            }
            let made = network.make(id, conv.dims.len(), 1, norms);
            lay_outputs(network, &conv, 0, &made.ids)?;
            return Ok(Some(made));
        }
    };
    let (each, out) = (conv.dims[1], conv.dims[0] / conv.groups);
    network.counts.push(Count::Groups { node: id, each, ids: input.clone() });
    let made = if each == 1 {
        let ids: Rc<[usize]> = input.iter().flat_map(|&id| std::iter::repeat_n(id, out)).collect();
        network.layers.push(Layer { node: id, ids: ids.clone(), norms, is_source: false });
        Channels { rank: conv.dims.len(), axis: 1, ids }
    } else {
        let made = network.make(id, conv.dims.len(), 1, norms);
        for (inputs, outputs) in input.chunks(each).zip(made.ids.chunks(out.max(1))) {
            inputs.iter().chain(outputs).for_each(|&id| network.classes.unite(inputs[0], id));
        }
        made
    };
    lay_outputs(network, &conv, 0, &made.ids)?;
    Ok(Some(made))
}

pub(super) fn conv_transpose<'a>(network: &mut Network<'a>, id: usize, node: &'a NodeProto) -> Followed {
    let conv = Conv::read(network, node)?;
    conv.check_input(conv.dims[0])?;
    let depthwise = conv.groups == conv.dims[0] && conv.dims[1] == 1;
    let made = match &conv.input {
        _ if conv.groups == 1 => {
            if let Some(input) = &conv.input {
                network.lay(conv.weights, 0, &input.ids)?;
            }
            let made = network.make(id, conv.dims.len(), 1, tensor::norms(&conv.dims, &conv.values, 1));
            network.lay(conv.weights, 1, &made.ids)?;
            made
        }
        Some(input) if depthwise => {
            let (ids, norms) = (input.ids.clone(), tensor::norms(&conv.dims, &conv.values, 0));
            network.counts.push(Count::Groups { node: id, each: 1, ids: ids.clone() });
            network.layers.push(Layer { node: id, ids, norms, is_source: false });
            network.lay(conv.weights, 0, &input.ids)?;
            input.clone()
        }
        _ => return protects("is a transposed convolution in groups"),
    };
    if let Some(bias) = conv.bias {
        network.lay(bias, 0, &made.ids)?;
    }
    Ok(Some(made))
}

fn lay_outputs<'a>(network: &mut Network<'a>, conv: &Conv<'a>, axis: usize, ids: &Rc<[usize]>) -> Result<(), Error> {
    network.lay(conv.weights, axis, ids)?;
    conv.bias.map_or(Ok(()), |bias| network.lay(bias, 0, ids))
}
