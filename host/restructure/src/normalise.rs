//! One form of a model for everything that changes it.

use crate::{Error, attribute, graph, tensor};
use std::collections::{BTreeSet, HashMap, HashSet};
use tract_onnx::pb::{GraphProto, ModelProto, NodeProto, TensorProto};

/// ONNX's version of the file from which initialisers need not be listed as inputs.
const INITIALISERS_APART: i64 = 4;

/// The same model where every constant is an initialiser, only what has to be given is an input, and every node comes
/// behind those whose values it reads.
///
/// # Errors
/// If there is no graph, or nodes form a cycle.
pub fn normalise(model: &ModelProto) -> Result<ModelProto, Error> {
    let mut model = model.clone();
    let graph = model.graph.as_mut().ok_or(Error::NoGraph)?;
    inline_constants(graph);
    let tensors: HashSet<&str> = graph.initializer.iter().map(|tensor| tensor.name.as_str()).collect();
    graph.input.retain(|input| !tensors.contains(input.name.as_str()));
    sort(graph)?;
    model.ir_version = model.ir_version.max(INITIALISERS_APART);
    Ok(model)
}

/// The graph of a model that was normalised.
pub(crate) fn graph_mut(model: &mut ModelProto) -> Result<&mut GraphProto, Error> {
    model.graph.as_mut().ok_or(Error::NoGraph)
}

/// See [`graph_mut`].
pub(crate) fn graph(model: &ModelProto) -> Result<&GraphProto, Error> {
    model.graph.as_ref().ok_or(Error::NoGraph)
}

fn inline_constants(graph: &mut GraphProto) {
    let outputs: HashSet<&str> = graph.output.iter().map(|output| output.name.as_str()).collect();
    let mut constants = Vec::new();
    graph.node.retain(|node| match constant(node) {
        Some(tensor) if !outputs.contains(tensor.name.as_str()) => {
            constants.push(tensor);
            false
        }
        _ => true,
    });
    graph.value_info.retain(|value| constants.iter().all(|constant| constant.name != value.name));
    graph.initializer.extend(constants);
}

/// What a Constant node holds, under the name of its output; strings and sparse tensors stay where they are.
fn constant(node: &NodeProto) -> Option<TensorProto> {
    if graph::operator(node) != "Constant" {
        return None;
    }
    let name = node.output.first()?;
    let value = node.attribute.first()?;
    match value.name.as_str() {
        "value" => value.t.clone().map(|tensor| TensorProto { name: name.clone(), ..tensor }),
        "value_float" => Some(tensor::new_floats(name, &[], &[value.f])),
        "value_floats" => Some(tensor::new_floats(name, &[value.floats.len()], &value.floats)),
        "value_int" => Some(tensor::new_integers(name, &[], &[value.i])),
        "value_ints" => {
            let ints = attribute::ints(node, "value_ints")?;
            Some(tensor::new_integers(name, &[ints.len()], ints))
        }
        _ => None,
    }
}

/// Kahn's algorithm; the file's own order where that leaves a choice.
fn sort(graph: &mut GraphProto) -> Result<(), Error> {
    let nodes = std::mem::take(&mut graph.node);
    let mut makers = HashMap::new();
    for (id, node) in nodes.iter().enumerate() {
        makers.extend(node.output.iter().filter(|name| !name.is_empty()).map(|name| (name.as_str(), id)));
    }
    let mut waits = vec![0usize; nodes.len()];
    let mut users: Vec<Vec<usize>> = vec![Vec::new(); nodes.len()];
    for (id, node) in nodes.iter().enumerate() {
        for maker in graph::values_read(node).iter().filter_map(|(name, _)| makers.get(name)) {
            waits[id] += 1;
            users[*maker].push(id);
        }
    }
    let mut ready: BTreeSet<usize> = (0..nodes.len()).filter(|&id| waits[id] == 0).collect();
    let mut order = Vec::with_capacity(nodes.len());
    while let Some(id) = ready.pop_first() {
        order.push(id);
        for &user in &users[id] {
            waits[user] -= 1;
            if waits[user] == 0 {
                ready.insert(user);
            }
        }
    }
    if let Some(stuck) = waits.iter().position(|&waits| waits > 0) {
        return Err(Error::Cycle { node: graph::name(&nodes[stuck]).into() });
    }
    let mut nodes: Vec<Option<NodeProto>> = nodes.into_iter().map(Some).collect();
    graph.node = order.into_iter().filter_map(|id| nodes[id].take()).collect();
    Ok(())
}
