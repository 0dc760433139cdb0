//! The source graph, indexed: who makes and who reads each value, what is constant, and what an output depends on.
//!
//! # Layout
//! - `parameters`: how many numbers the network has learnt

mod parameters;

pub use parameters::{Parameters, tensor_bytes};

use std::collections::HashMap;
use tract_onnx::pb::{GraphProto, NodeProto, TensorProto};

/// A node's place in [`Network::nodes`].
pub type NodeId = usize;

/// One reading of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The node that reads it.
    pub node: NodeId,
    /// Which operand it is; `None` if a graph inside the node reads it.
    pub operand: Option<usize>,
}

/// A graph with what can be asked about it.
pub struct Network<'a> {
    /// The graph itself.
    pub graph: &'a GraphProto,
    /// Its nodes, in the order of the file.
    pub nodes: &'a [NodeProto],
    /// Every node behind those whose values it reads.
    pub order: Vec<NodeId>,
    /// Tensors by the name of the value: initialisers, and what nodes of the operator Constant hold.
    pub tensors: HashMap<&'a str, &'a TensorProto>,
    makers: HashMap<&'a str, NodeId>,
    readings: HashMap<&'a str, Vec<Reading>>,
    constant: Vec<bool>,
    live: Vec<bool>,
}

impl<'a> Network<'a> {
    /// Indexes a graph.
    pub fn new(graph: &'a GraphProto) -> Self {
        let nodes = &graph.node[..];
        let mut makers = HashMap::new();
        let mut readings: HashMap<&str, Vec<Reading>> = HashMap::new();
        let mut tensors: HashMap<&str, &TensorProto> =
            graph.initializer.iter().map(|tensor| (tensor.name.as_str(), tensor)).collect();
        for (id, node) in nodes.iter().enumerate() {
            makers.extend(node.output.iter().filter(|name| !name.is_empty()).map(|name| (name.as_str(), id)));
            for (name, operand) in values_read(node) {
                readings.entry(name).or_default().push(Reading { node: id, operand });
            }
            if let (Some(output), Some(tensor)) = (node.output.first(), constant_tensor(node)) {
                tensors.insert(output, tensor);
            }
        }
        let order = order(nodes, &makers);
        let mut network =
            Self { graph, nodes, order, tensors, makers, readings, constant: Vec::new(), live: Vec::new() };
        network.constant = network.find_constant();
        network.live = network.find_live();
        network
    }

    /// The node that makes a value; none makes inputs and initialisers.
    pub fn maker(&self, value: &str) -> Option<NodeId> {
        self.makers.get(value).copied()
    }

    /// Who reads a value.
    pub fn readings(&self, value: &str) -> &[Reading] {
        self.readings.get(value).map_or(&[], Vec::as_slice)
    }

    /// Whether what the node makes is known before any input is.
    pub fn is_constant(&self, node: NodeId) -> bool {
        self.constant[node]
    }

    /// Whether an output of the graph depends on the node.
    pub fn is_live(&self, node: NodeId) -> bool {
        self.live[node]
    }

    /// The values that a node reads, without those that are known before any input is.
    pub fn computed_inputs(&self, node: NodeId) -> impl Iterator<Item = &'a str> {
        values_read(&self.nodes[node]).into_iter().map(|(name, _)| name).filter(|name| match self.maker(name) {
            Some(maker) => !self.is_constant(maker),
            None => !self.tensors.contains_key(name),
        })
    }

    fn find_constant(&self) -> Vec<bool> {
        let mut constant = vec![false; self.nodes.len()];
        for &id in &self.order {
            let known = |(name, _): &(&str, _)| match self.maker(name) {
                Some(maker) => constant[maker],
                None => self.tensors.contains_key(name),
            };
            let drawn = self.nodes[id].op_type.starts_with("Random") || self.nodes[id].op_type == "Bernoulli";
            constant[id] = !drawn && values_read(&self.nodes[id]).iter().all(known);
        }
        constant
    }

    fn find_live(&self) -> Vec<bool> {
        let mut live = vec![false; self.nodes.len()];
        for maker in self.graph.output.iter().filter_map(|output| self.maker(&output.name)) {
            live[maker] = true;
        }
        for &id in self.order.iter().rev().collect::<Vec<_>>() {
            if live[id] {
                for maker in values_read(&self.nodes[id]).iter().filter_map(|(name, _)| self.maker(name)) {
                    live[maker] = true;
                }
            }
        }
        live
    }
}

/// How a node is called: many have no name, and are then known by what they make.
pub fn name(node: &NodeProto) -> &str {
    if node.name.is_empty() { node.output.first().map_or("", |name| name) } else { &node.name }
}

/// The operator, with its domain where that is not ONNX's own.
pub fn operator(node: &NodeProto) -> String {
    match node.domain.as_str() {
        "" | "ai.onnx" => node.op_type.clone(),
        domain => format!("{domain}.{}", node.op_type),
    }
}

/// The graphs inside a node: branches and loop bodies.
pub fn inner_graphs(node: &NodeProto) -> impl Iterator<Item = &GraphProto> {
    node.attribute.iter().flat_map(|attribute| attribute.g.iter().chain(&attribute.graphs))
}

/// Every value of the graph around it that a node reads.
fn values_read(node: &NodeProto) -> Vec<(&str, Option<usize>)> {
    let own = node.input.iter().enumerate().map(|(operand, name)| (name.as_str(), Some(operand)));
    let mut read: Vec<_> = own.filter(|(name, _)| !name.is_empty()).collect();
    for graph in inner_graphs(node) {
        let known: std::collections::HashSet<&str> = (graph.node.iter().flat_map(|node| &node.output))
            .chain(graph.input.iter().map(|input| &input.name))
            .chain(graph.initializer.iter().map(|tensor| &tensor.name))
            .map(String::as_str)
            .collect();
        let inside = graph.node.iter().flat_map(values_read).map(|(name, _)| name);
        let outputs = graph.output.iter().map(|output| output.name.as_str());
        read.extend(inside.chain(outputs).filter(|name| !known.contains(name)).map(|name| (name, None)));
    }
    read
}

fn constant_tensor(node: &NodeProto) -> Option<&TensorProto> {
    let value = |node: &'_ NodeProto| node.attribute.iter().position(|attribute| attribute.name == "value");
    let found = (node.op_type == "Constant").then(|| value(node)).flatten()?;
    node.attribute[found].t.as_ref()
}

/// Kahn's algorithm; the file's own order where that leaves a choice. What was read from a file has no cycles.
fn order(nodes: &[NodeProto], makers: &HashMap<&str, NodeId>) -> Vec<NodeId> {
    let mut open = vec![0; nodes.len()];
    let mut users: Vec<Vec<NodeId>> = vec![Vec::new(); nodes.len()];
    for (id, node) in nodes.iter().enumerate() {
        for maker in values_read(node).iter().filter_map(|(name, _)| makers.get(name)) {
            open[id] += 1;
            users[*maker].push(id);
        }
    }
    let mut ready: std::collections::BTreeSet<NodeId> = (0..nodes.len()).filter(|&id| open[id] == 0).collect();
    let mut order = Vec::with_capacity(nodes.len());
    while let Some(id) = ready.pop_first() {
        order.push(id);
        for &user in &users[id] {
            open[user] -= 1;
            if open[user] == 0 {
                ready.insert(user);
            }
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use maasm_tests::onnx::{node, value, weights};

    #[test]
    fn what_needs_no_input_is_constant_and_what_no_output_needs_is_not_live() {
        let graph = GraphProto {
            input: vec![value("x", &[2])],
            output: vec![value("y", &[2])],
            initializer: vec![weights("w", &[2])],
            // Not in the order of evaluation, which old exporters do not keep either.
            node: vec![
                node("Add", &["x", "twice"], &["y"], vec![]),
                node("Add", &["w", "w"], &["twice"], vec![]),
                node("Neg", &["x"], &["unused"], vec![]),
            ],
            ..Default::default()
        };
        let network = Network::new(&graph);
        assert_eq!(network.order, [1, 0, 2]);
        assert_eq!([0, 1, 2].map(|id| network.is_constant(id)), [false, true, false]);
        assert_eq!([0, 1, 2].map(|id| network.is_live(id)), [true, true, false]);
        assert_eq!(network.computed_inputs(0).collect::<Vec<_>>(), ["x"]);
        assert_eq!(network.readings("twice"), [Reading { node: 0, operand: Some(1) }]);
    }
}
