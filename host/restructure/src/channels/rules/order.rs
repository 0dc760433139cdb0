//! Operators that arrange elements anew, and those to which the axis of the channels matters.

use super::{Followed, MOST, axis, protects};
use crate::channels::follow::{Channels, Count, Network};
use crate::{attribute, tensor};
use std::rc::Rc;
use tract_onnx::pb::NodeProto;

pub(super) fn concat<'a>(network: &mut Network<'a>, node: &'a NodeProto) -> Followed {
    let followed: Vec<_> = (0..node.input.len()).map(|operand| network.channels(node, operand)).collect();
    let Some(first) = followed.iter().flatten().next().cloned() else { return Ok(None) };
    let joined = axis(attribute::int(node, "axis", 1), first.rank)?;
    if followed.iter().flatten().any(|channels| (channels.rank, channels.axis) != (first.rank, first.axis)) {
        return protects("joins values that have their channels on different axes");
    }
    if joined != first.axis {
        let all: Option<Vec<_>> = followed.into_iter().collect();
        let Some(all) = all.filter(|all| all.iter().all(|channels| channels.ids.len() == first.ids.len())) else {
            return protects("joins values whose channels are not followed");
        };
        all.iter().for_each(|channels| network.unite(&first.ids, &channels.ids));
        return Ok(Some(first));
    }
    let mut widths = Vec::with_capacity(followed.len());
    for (channels, name) in followed.iter().zip(&node.input) {
        let shape = || network.index.tensor(name).map(tensor::dims).or_else(|| network.shape(name));
        let known = channels.as_ref().map(|channels| channels.ids.len()).or_else(|| shape()?.get(joined).copied());
        let Some(width) = known.filter(|&width| width <= MOST) else {
            return protects("joins values whose channels are not followed");
        };
        widths.push(width);
    }
    let mut ids = Vec::new();
    for (channels, width) in followed.iter().zip(widths) {
        match channels {
            Some(channels) => ids.extend_from_slice(&channels.ids),
            None => {
                let made: Rc<[usize]> = network.classes.fresh(width).into();
                ids.extend_from_slice(&made);
                network.protected.push((made, "what is not followed is joined to others".into()));
            }
        }
    }
    Ok(Some(Channels { ids: ids.into(), ..first }))
}

pub(super) fn transpose(network: &Network, node: &NodeProto) -> Followed {
    let Some(channels) = network.channels(node, 0) else { return protects("is not followed") };
    let reversed: Vec<i64> = (0..channels.rank as i64).rev().collect();
    let order = attribute::ints(node, "perm").unwrap_or(&reversed);
    match order.iter().position(|&from| from == channels.axis as i64) {
        Some(axis) if order.len() == channels.rank => Ok(Some(Channels { axis, ..channels })),
        _ => protects("has an order of axes that does not fit"),
    }
}

/// Channels are never padded, or the padding would be channels.
pub(super) fn pad(network: &Network, node: &NodeProto) -> Followed {
    let Some(channels) = network.channels(node, 0) else { return protects("is not followed") };
    let constant = || network.index.constant(node, 1).and_then(tensor::integers);
    let pads = attribute::ints(node, "pads").map(<[i64]>::to_vec).or_else(constant);
    let named = node.input.get(3).is_some_and(|name| !name.is_empty());
    match pads {
        Some(pads) if !named && pads.len() == 2 * channels.rank => {
            let untouched = pads[channels.axis] == 0 && pads[channels.axis + channels.rank] == 0;
            if untouched { Ok(Some(channels)) } else { protects("pads the channels") }
        }
        _ => protects("has pads that are computed or for some axes only"),
    }
}

pub(super) fn resize<'a>(network: &mut Network<'a>, id: usize, node: &'a NodeProto) -> Followed {
    let Some(channels) = network.channels(node, 0) else { return protects("is not followed") };
    let scales = if node.op_type == "Upsample" { 1 } else { 2 };
    let scales = network.index.constant(node, scales).filter(|tensor| tensor.dims != [0]);
    let sizes = network.index.constant(node, 3).and_then(tensor::integers);
    if attribute::find(node, "axes").is_some() {
        return protects("has an order of axes of its own");
    }
    if let Some(scales) = scales {
        let same = tensor::floats(scales)?.get(channels.axis) == Some(&1.0);
        return if same { Ok(Some(channels)) } else { protects("resizes the channels") };
    }
    match sizes {
        Some(sizes) if sizes.get(channels.axis) == Some(&(channels.ids.len() as i64)) => {
            let (index, ids) = (channels.axis, channels.ids.clone());
            network.counts.push(Count::Extent { node: id, operand: 3, index, ids });
            Ok(Some(channels))
        }
        _ => protects("has sizes that are computed, or resizes the channels"),
    }
}

pub(super) fn slice(network: &Network, node: &NodeProto) -> Followed {
    let Some(channels) = network.channels(node, 0) else { return protects("is not followed") };
    let constant = network.index.constant(node, 3).and_then(tensor::integers);
    let Some(named) = attribute::ints(node, "axes").map(<[i64]>::to_vec).or(constant) else {
        return protects("names no axes");
    };
    for named in named {
        if axis(named, channels.rank)? == channels.axis {
            return protects("takes some of the channels");
        }
    }
    Ok(Some(channels))
}

/// The axis that is said has been the last one since operator set 13; before, all behind it were one.
pub(super) fn softmax(network: &Network, node: &NodeProto) -> Followed {
    let Some(channels) = network.channels(node, 0) else { return protects("is not followed") };
    let Some(given) = attribute::find(node, "axis") else { return protects("may mix the channels") };
    let over = axis(given.i, channels.rank)?;
    if over > channels.axis { Ok(Some(channels)) } else { protects("mixes the channels") }
}
