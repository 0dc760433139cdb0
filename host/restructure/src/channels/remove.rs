//! The model without the channels that go.

use super::follow::{Count, Network};
use crate::names::Names;
use crate::{Error, attribute, graph, tensor};
use std::collections::HashMap;
use tract_onnx::pb::GraphProto;
use tract_onnx::pb::tensor_proto::DataType;

/// `removed` is by class.
pub(super) fn remove(graph: &GraphProto, network: &mut Network, removed: &[bool]) -> Result<GraphProto, Error> {
    let classes = &mut network.classes;
    let mut stays = |ids: &[usize]| -> Vec<bool> { ids.iter().map(|&id| !removed[classes.of(id)]).collect() };
    let mut changed = graph.clone();
    let places: HashMap<&str, usize> =
        graph.initializer.iter().enumerate().map(|(place, tensor)| (tensor.name.as_str(), place)).collect();
    for ((name, axis), uses) in &network.axes {
        let (kept, place) = (stays(&uses[0]), places[name]);
        if kept.contains(&false) {
            changed.initializer[place] = tensor::keep(&changed.initializer[place], *axis, &kept)?;
        }
    }
    let mut names = Names::of(graph);
    for count in &network.counts {
        match count {
            Count::Groups { node, each, ids } => {
                let left = stays(ids).iter().filter(|&&stays| stays).count();
                attribute::set_int(&mut changed.node[*node], "group", (left / each) as i64);
            }
            Count::Extent { node, operand, index, ids } => {
                let kept = stays(ids);
                let name = &mut changed.node[*node].input[*operand];
                let Some(shape) = network.index.tensor(name).filter(|_| kept.contains(&false)) else { continue };
                let mut extents = tensor::integers(shape).unwrap_or_default();
                extents[*index] = kept.iter().filter(|&&stays| stays).count() as i64;
                // The old one may be read elsewhere.
                *name = names.free(name);
                changed.initializer.push(tensor::new_integers(name, &[extents.len()], &extents));
            }
        }
    }
    let values = &network.values;
    changed
        .value_info
        .retain(|value| values.get(value.name.as_str()).is_none_or(|channels| !stays(&channels.ids).contains(&false)));
    graph::sweep(&mut changed);
    Ok(changed)
}

/// Elements of all f32 initialisers.
pub(super) fn parameters(graph: &GraphProto) -> usize {
    let floats = graph.initializer.iter().filter(|tensor| tensor.data_type == DataType::Float as i32);
    floats.map(tensor::elements).sum()
}
