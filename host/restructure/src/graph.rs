//! A graph, indexed: who makes and who reads each value.

use std::collections::{HashMap, HashSet};
use tract_onnx::pb::{GraphProto, NodeProto, TensorProto};

/// One reading of a value: the node, and which operand it is (`None` if a graph inside the node reads it).
pub(crate) type Reading = (usize, Option<usize>);

pub(crate) struct Index<'a> {
    pub graph: &'a GraphProto,
    tensors: HashMap<&'a str, &'a TensorProto>,
    makers: HashMap<&'a str, usize>,
    readings: HashMap<&'a str, Vec<Reading>>,
    outputs: HashSet<&'a str>,
}

impl<'a> Index<'a> {
    pub fn new(graph: &'a GraphProto) -> Self {
        let mut readings: HashMap<_, Vec<Reading>> = HashMap::new();
        let mut makers = HashMap::new();
        for (id, node) in graph.node.iter().enumerate() {
            makers.extend(node.output.iter().filter(|name| !name.is_empty()).map(|name| (name.as_str(), id)));
            for (name, operand) in values_read(node) {
                readings.entry(name).or_default().push((id, operand));
            }
        }
        Self {
            graph,
            tensors: graph.initializer.iter().map(|tensor| (tensor.name.as_str(), tensor)).collect(),
            makers,
            readings,
            outputs: graph.output.iter().map(|output| output.name.as_str()).collect(),
        }
    }

    /// The initialiser of that name.
    pub fn tensor(&self, name: &str) -> Option<&'a TensorProto> {
        self.tensors.get(name).copied()
    }

    /// The initialiser that is an operand.
    pub fn constant(&self, node: &NodeProto, operand: usize) -> Option<&'a TensorProto> {
        self.tensor(node.input.get(operand)?)
    }

    pub fn maker(&self, value: &str) -> Option<usize> {
        self.makers.get(value).copied()
    }

    pub fn readings(&self, value: &str) -> &[Reading] {
        self.readings.get(value).map_or(&[], Vec::as_slice)
    }

    pub fn is_output(&self, value: &str) -> bool {
        self.outputs.contains(value)
    }

    /// The node that alone reads a value, as its first operand.
    pub fn only_reader(&self, value: &str) -> Option<usize> {
        match self.readings(value) {
            [(node, Some(0))] if !self.is_output(value) => Some(*node),
            _ => None,
        }
    }

    /// Whether one operand of one node is all that reads an initialiser.
    pub fn is_read_once(&self, value: &str) -> bool {
        self.readings(value).len() == 1 && !self.is_output(value)
    }
}

/// An operator of ONNX itself, by its name; nothing for others.
pub(crate) fn operator(node: &NodeProto) -> &str {
    if matches!(node.domain.as_str(), "" | "ai.onnx") { &node.op_type } else { "" }
}

/// How a node is called: many have no name, and are then known by what they make.
pub(crate) fn name(node: &NodeProto) -> &str {
    if node.name.is_empty() { node.output.first().map_or("", |name| name) } else { &node.name }
}

/// Every value of the graph around it that a node reads.
pub(crate) fn values_read(node: &NodeProto) -> Vec<(&str, Option<usize>)> {
    let own = node.input.iter().enumerate().map(|(operand, name)| (name.as_str(), Some(operand)));
    let mut read: Vec<_> = own.filter(|(name, _)| !name.is_empty()).collect();
    for graph in node.attribute.iter().flat_map(|attribute| attribute.g.iter().chain(&attribute.graphs)) {
        let known: HashSet<&str> = (graph.node.iter().flat_map(|node| &node.output))
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

/// Takes out nodes that no output needs, initialisers that nothing reads, and what is said of values that are gone.
pub(crate) fn sweep(graph: &mut GraphProto) {
    let mut needed: HashSet<String> = graph.output.iter().map(|output| output.name.clone()).collect();
    let mut live = vec![false; graph.node.len()];
    for (id, node) in graph.node.iter().enumerate().rev() {
        if node.output.iter().any(|name| needed.contains(name)) {
            live[id] = true;
            needed.extend(values_read(node).into_iter().map(|(name, _)| name.to_owned()));
        }
    }
    let mut live = live.into_iter();
    graph.node.retain(|_| live.next().unwrap_or(true));
    graph.initializer.retain(|tensor| needed.contains(&tensor.name));
    let made: HashSet<&str> = graph.node.iter().flat_map(|node| &node.output).map(String::as_str).collect();
    graph.value_info.retain(|value| made.contains(value.name.as_str()));
}
