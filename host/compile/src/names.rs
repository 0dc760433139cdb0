//! Every node has a name of its own: files may call several alike, or as a value is called, and the front end takes none of
//! that.

use maasm_graph::index;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use tract_onnx::pb::{GraphProto, ModelProto};

/// The model with a number behind every name of a node that something else has.
pub fn distinct(model: Cow<ModelProto>) -> Cow<ModelProto> {
    let Some(graph) = &model.graph else { return model };
    let renamed = renamed(graph);
    if renamed.is_empty() {
        return model;
    }
    let mut model = model.into_owned();
    let nodes = model.graph.iter_mut().flat_map(|graph| &mut graph.node);
    for (index, node) in nodes.enumerate() {
        if let Some(name) = renamed.get(&index) {
            node.name.clone_from(name);
        }
    }
    Cow::Owned(model)
}

/// The nodes that need another name, with that.
fn renamed(graph: &GraphProto) -> HashMap<usize, String> {
    let inputs = graph.input.iter().map(|input| input.name.as_str());
    let values: HashSet<&str> = inputs.chain(graph.initializer.iter().map(|tensor| tensor.name.as_str())).collect();
    let all: HashSet<&str> = values.iter().copied().chain(graph.node.iter().map(index::name)).collect();
    let mut taken: HashSet<String> = values.iter().map(|&name| name.to_owned()).collect();
    let mut last: HashMap<&str, usize> = HashMap::new();
    let mut renamed = HashMap::new();
    for (index, node) in graph.node.iter().enumerate() {
        let name = index::name(node);
        if taken.insert(name.to_owned()) {
            continue;
        }
        let number = last.entry(name).or_insert(1);
        let free = loop {
            *number += 1;
            let free = format!("{name}.{number}");
            if !all.contains(free.as_str()) && taken.insert(free.clone()) {
                break free;
            }
        };
        renamed.insert(index, free);
    }
    renamed
}
