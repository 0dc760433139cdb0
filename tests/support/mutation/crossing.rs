//! Parts of another model.

use super::{any, nodes as own};
use crate::random::Random;
use tract_onnx::pb::{GraphProto, ValueInfoProto};

/// The most bytes of constants that are taken over.
const MOST: usize = 1 << 16;

/// All nodes of another model are appended, with what they need; their first input is one of this model's values.
pub fn nodes(graph: &mut GraphProto, donor: &GraphProto, random: &mut Random) {
    let bytes: usize = donor.initializer.iter().map(|tensor| tensor.raw_data.len()).sum();
    if donor.node.len() > 64 || bytes > MOST || graph.node.len() > 256 {
        return;
    }
    let prefix = format!("other{}.", graph.node.len());
    let joint = own::value(graph, random);
    let first = donor.input.first().map(|input| input.name.clone());
    let renamed = |name: &String| match name.as_str() {
        "" => String::new(),
        _ if Some(name) == first.as_ref() => joint.clone(),
        _ => format!("{prefix}{name}"),
    };
    for node in &donor.node {
        let mut node = node.clone();
        node.name = format!("{prefix}{}", node.name);
        node.input.iter_mut().chain(&mut node.output).for_each(|name| *name = renamed(name));
        graph.node.push(node);
    }
    for input in donor.input.iter().skip(1) {
        graph.input.push(ValueInfoProto { name: renamed(&input.name), ..input.clone() });
    }
    for tensor in &donor.initializer {
        let mut tensor = tensor.clone();
        tensor.name = format!("{prefix}{}", tensor.name);
        graph.initializer.push(tensor);
    }
    for output in &donor.output {
        graph.output.push(ValueInfoProto { name: renamed(&output.name), ..output.clone() });
    }
}

/// A node gets the operator and the attributes of another model's node.
pub fn attributes(graph: &mut GraphProto, donor: &GraphProto, random: &mut Random) {
    let Some(theirs) = donor.node.get(random.below(donor.node.len().max(1))) else { return };
    if let Some(node) = any(&mut graph.node, random) {
        node.op_type = theirs.op_type.clone();
        node.attribute = theirs.attribute.clone();
    }
}
