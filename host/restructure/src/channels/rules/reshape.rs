//! Channels that become features, and axes that come and go.

use super::reduction::{axes, without};
use super::{Followed, MOST, Stop, axis, protects};
use crate::channels::follow::{Channels, Count, Network};
use crate::{attribute, tensor};
use std::rc::Rc;
use tract_onnx::pb::NodeProto;

/// Each channel as many times as it has elements.
fn spread(channels: &Channels, elements: usize) -> Result<Rc<[usize]>, Stop> {
    if channels.ids.len().saturating_mul(elements) > MOST {
        return Err(Stop::Protects("makes more features than a network has".into()));
    }
    Ok(channels.ids.iter().flat_map(|&id| std::iter::repeat_n(id, elements)).collect())
}

pub(super) fn flatten(network: &Network, node: &NodeProto) -> Followed {
    let Some(channels) = network.channels(node, 0) else { return protects("is not followed") };
    if channels.axis != 1 || axis(attribute::int(node, "axis", 1), channels.rank + 1)? != 1 {
        return protects("flattens other axes than all behind the first");
    }
    if channels.rank == 2 {
        return Ok(Some(channels));
    }
    let Some(shape) = network.shape(&node.input[0]) else { return protects("flattens what has no known shape") };
    let ids = spread(&channels, shape[2..].iter().product())?;
    Ok(Some(Channels { rank: 2, axis: 1, ids }))
}

pub(super) fn reshape(network: &mut Network, id: usize, node: &NodeProto) -> Followed {
    let Some(channels) = network.channels(node, 0) else { return protects("is not followed") };
    let Some(target) = target(network, node) else { return protects("has a shape that is computed") };
    let Some(from) = network.shape(&node.input[0]) else { return protects("reshapes what has no known shape") };
    if attribute::int(node, "allowzero", 0) != 0 {
        return protects("takes zeros for extents");
    }
    let Some(to) = resolve(&target, &from) else { return protects("has a shape that does not fit") };
    let at = channels.axis;
    // What lies before the channels stays as it is; the channels stay, or become features with all that lies behind.
    if to.len() <= at || to[..at] != from[..at] {
        return protects("moves elements between channels and others");
    }
    let behind: usize = from[at + 1..].iter().product();
    let ids = match to[at] {
        extent if extent == from[at] => channels.ids.clone(),
        extent if extent == from[at] * behind => spread(&channels, behind)?,
        _ => return protects("splits or joins channels"),
    };
    // Zero and -1 follow from the channels; a number says how many there are.
    match target[at] {
        None => return protects("has a shape that is computed"),
        Some(extent) if extent > 0 && network.index.constant(node, 1).is_none() => {
            return protects("has a shape that is computed");
        }
        Some(extent) if extent > 0 => {
            network.counts.push(Count::Extent { node: id, operand: 1, index: at, ids: ids.clone() });
        }
        Some(_) => (),
    }
    Ok(Some(Channels { rank: to.len(), axis: at, ids }))
}

/// The extents that a Reshape names: `None` for one that is computed, which exporters do with the first only.
fn target(network: &Network, node: &NodeProto) -> Option<Vec<Option<i64>>> {
    let known = |name: &str| network.index.tensor(name).and_then(tensor::integers);
    let shape = node.input.get(1)?;
    if let Some(known) = known(shape) {
        return Some(known.into_iter().map(Some).collect());
    }
    let maker = &network.index.graph.node[network.index.maker(shape)?];
    if maker.op_type != "Concat" {
        return None;
    }
    let mut extents = Vec::new();
    for piece in &maker.input {
        match (known(piece), network.index.maker(piece)) {
            (Some(known), _) => extents.extend(known.into_iter().map(Some)),
            (None, Some(maker)) if network.index.graph.node[maker].op_type == "Unsqueeze" => extents.push(None),
            _ => return None,
        }
    }
    Some(extents)
}

/// The shape that follows; a computed first extent is taken for the batch.
fn resolve(target: &[Option<i64>], from: &[usize]) -> Option<Vec<usize>> {
    let all: usize = from.iter().product();
    let mut shape = Vec::with_capacity(target.len());
    for (at, extent) in target.iter().enumerate() {
        shape.push(match extent {
            None if at == 0 => Some(*from.first()?),
            None => return None,
            Some(-1) => None,
            Some(0) => Some(*from.get(at)?),
            Some(extent) => Some(usize::try_from(*extent).ok()?),
        });
    }
    let known = shape.iter().flatten().fold(1usize, |product, extent| product.saturating_mul(*extent));
    let shape: Vec<usize> = shape.into_iter().map(|extent| extent.unwrap_or(all / known.max(1))).collect();
    (shape.iter().fold(1usize, |product, extent| product.saturating_mul(*extent)) == all).then_some(shape)
}

pub(super) fn squeeze(network: &Network, node: &NodeProto) -> Followed {
    let Some(channels) = network.channels(node, 0) else { return protects("is not followed") };
    let axes = axes(network, node, channels.rank)?;
    // Without named axes, a channel that is left alone would lose its axis.
    if axes.is_empty() || axes.contains(&channels.axis) {
        return protects("may take the channels' axis away");
    }
    Ok(Some(without(&channels, &axes)))
}

/// Exporters compute shapes from the extent of the batch: whoever looks only at other axes does not need the channels.
pub(super) fn shape(network: &Network, node: &NodeProto) -> Followed {
    let Some(channels) = network.channels(node, 0) else { return protects("is not followed") };
    let elsewhere = |&(reader, operand): &(usize, Option<usize>)| {
        let reader = &network.index.graph.node[reader];
        let indices = network.index.constant(reader, 1).and_then(tensor::integers);
        let other = |&index: &i64| axis(index, channels.rank).is_ok_and(|axis| axis != channels.axis);
        reader.op_type == "Gather" && operand == Some(0) && indices.is_some_and(|indices| indices.iter().all(other))
    };
    let output = node.output.first().map_or("", |name| name);
    let harmless = node.attribute.is_empty() && network.index.readings(output).iter().all(elsewhere);
    if harmless && !network.index.is_output(output) { Ok(None) } else { protects("tells how many channels there are") }
}

pub(super) fn unsqueeze(network: &Network, node: &NodeProto) -> Followed {
    let Some(channels) = network.channels(node, 0) else { return protects("is not followed") };
    let count = match (attribute::ints(node, "axes"), network.index.constant(node, 1).and_then(tensor::integers)) {
        (Some(axes), _) => axes.len(),
        (None, Some(axes)) => axes.len(),
        (None, None) => return Err(Stop::Protects("has axes that are computed".into())),
    };
    let rank = channels.rank + count;
    let new = axes(network, node, rank)?;
    let old: Vec<usize> = (0..rank).filter(|axis| !new.contains(axis)).collect();
    let Some(&axis) = old.get(channels.axis) else { return protects("names an axis twice") };
    Ok(Some(Channels { rank, axis, ids: channels.ids }))
}
