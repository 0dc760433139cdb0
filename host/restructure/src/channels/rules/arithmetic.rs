//! Operators on several operands that are broadcast to one shape.

use super::{Followed, protects};
use crate::channels::follow::{Channels, Network};
use crate::tensor;
use tract_onnx::pb::{NodeProto, TensorProto};

pub(super) fn broadcast<'a>(network: &mut Network<'a>, node: &'a NodeProto) -> Followed {
    let mut followed: Vec<Channels> = Vec::new();
    let mut constants: Vec<&TensorProto> = Vec::new();
    for (operand, name) in node.input.iter().enumerate() {
        match (network.channels(node, operand), network.index.tensor(name)) {
            (Some(channels), _) => followed.push(channels),
            (None, Some(constant)) => constants.push(constant),
            (None, None) => return protects("computes with values whose channels are not followed"),
        }
    }
    // An operand with one channel, such as a spatial attention map, is the same for all channels.
    let Some(widest) = followed.iter().max_by_key(|channels| channels.ids.len()).cloned() else { return Ok(None) };
    let (rank, axis, count) = (widest.rank, widest.axis, widest.ids.len());
    for channels in &followed {
        let alike = (channels.rank, channels.axis) == (rank, axis);
        if !alike || ![1, count].contains(&channels.ids.len()) {
            return protects("computes with values that have their channels elsewhere");
        }
    }
    for constant in &constants {
        let dims = tensor::dims(constant);
        let fits = dims.len() <= rank && [1, count].contains(&extent(&dims, rank, axis));
        if !fits {
            return protects("computes with a constant that has more channels or axes");
        }
    }
    for channels in followed.iter().filter(|channels| channels.ids.len() == count) {
        network.unite(&widest.ids, &channels.ids);
    }
    for constant in constants {
        let dims = tensor::dims(constant);
        // One channel that a constant of one element is for could never leave; both are one.
        if count > 1 && extent(&dims, rank, axis) == count {
            network.lay(constant, dims.len() + axis - rank, &widest.ids)?;
        }
    }
    Ok(Some(widest))
}

/// How many channels a constant has when its last axis lies on the last one.
fn extent(dims: &[usize], rank: usize, axis: usize) -> usize {
    (dims.len() + axis).checked_sub(rank).and_then(|axis| dims.get(axis)).copied().unwrap_or(1)
}
