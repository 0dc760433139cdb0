//! Reductions over other axes than the channels.

use super::{Followed, Stop, axis, protects};
use crate::channels::follow::{Channels, Network};
use crate::{attribute, tensor};
use tract_onnx::pb::NodeProto;

pub(super) fn reduce(network: &Network, node: &NodeProto) -> Followed {
    let Some(channels) = network.channels(node, 0) else { return protects("is not followed") };
    let axes = axes(network, node, channels.rank)?;
    if axes.is_empty() {
        let nothing = attribute::int(node, "noop_with_empty_axes", 0) != 0;
        return if nothing { Ok(Some(channels)) } else { protects("reduces the channels") };
    }
    if axes.contains(&channels.axis) {
        return protects("reduces the channels");
    }
    Ok(Some(if attribute::int(node, "keepdims", 1) != 0 { channels } else { without(&channels, &axes) }))
}

/// The axes that a node names, as an attribute or a constant operand; empty if it names none.
pub(super) fn axes(network: &Network, node: &NodeProto, rank: usize) -> Result<Vec<usize>, Stop> {
    let named = match (attribute::ints(node, "axes"), node.input.get(1).filter(|name| !name.is_empty())) {
        (Some(axes), _) => axes.to_vec(),
        (None, None) => Vec::new(),
        (None, Some(name)) => network
            .index
            .tensor(name)
            .and_then(tensor::integers)
            .ok_or_else(|| Stop::Protects("has axes that are computed".into()))?,
    };
    named.into_iter().map(|given| axis(given, rank)).collect()
}

/// The channels of a value that has lost these axes.
pub(super) fn without(channels: &Channels, axes: &[usize]) -> Channels {
    let lost = |below: usize| (0..below).filter(|axis| axes.contains(axis)).count();
    Channels {
        rank: channels.rank - lost(channels.rank),
        axis: channels.axis - lost(channels.axis),
        ids: channels.ids.clone(),
    }
}
