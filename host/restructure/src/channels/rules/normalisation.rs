//! Normalisations that treat every channel by itself.

use super::{Followed, protects};
use crate::channels::follow::Network;
use crate::{attribute, tensor};
use tract_onnx::pb::NodeProto;

pub(super) fn batch<'a>(network: &mut Network<'a>, node: &'a NodeProto) -> Followed {
    let Some(channels) = network.channels(node, 0).filter(|channels| channels.axis == 1) else {
        return protects("normalises another axis than the channels");
    };
    let constants: Vec<_> = (1..5).filter_map(|operand| network.index.constant(node, operand)).collect();
    let [scale, _, _, variance] = constants[..] else { return protects("has scales that are computed") };
    if attribute::int(node, "training_mode", 0) != 0 {
        return protects("is in training mode");
    }
    for constant in constants {
        network.lay(constant, 0, &channels.ids)?;
    }
    let (scale, variance) = (tensor::floats(scale)?, tensor::floats(variance)?);
    let epsilon = f64::from(attribute::float(node, "epsilon", 1e-5));
    let alone = network.index.readings(&node.input[0]).len() == 1;
    let maker = network.index.maker(&node.input[0]);
    let layer = network.layers.iter_mut().rev().find(|layer| alone && Some(layer.node) == maker);
    for (norm, (&scale, &variance)) in
        layer.into_iter().flat_map(|layer| &mut layer.norms).zip(scale.iter().zip(&variance))
    {
        *norm *= f64::from(scale).abs() / (f64::from(variance).max(0.0) + epsilon).sqrt().max(f64::MIN_POSITIVE);
    }
    Ok(Some(channels))
}

pub(super) fn instance<'a>(network: &mut Network<'a>, node: &'a NodeProto) -> Followed {
    let Some(channels) = network.channels(node, 0).filter(|channels| channels.axis == 1) else {
        return protects("normalises another axis than the channels");
    };
    let constants: Vec<_> = (1..3).filter_map(|operand| network.index.constant(node, operand)).collect();
    if constants.len() != 2 {
        return protects("has scales that are computed");
    }
    for constant in constants {
        network.lay(constant, 0, &channels.ids)?;
    }
    Ok(Some(channels))
}
