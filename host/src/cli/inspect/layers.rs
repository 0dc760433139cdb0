//! The layers of a model: one for each compiled step or, if the model does not compile, for each node.

use super::steps;
use maasm_compile::{Compiled, Shapes};
use maasm_graph::index::{Network, NodeId, Parameters, inner_graphs, name, operator};
use serde::Serialize;
use std::collections::HashMap;

/// A row of the report.
#[derive(Default, Serialize)]
pub(super) struct Layer {
    /// The node that it comes from.
    pub name: String,
    /// The name taken apart where it is a path.
    pub path: Vec<String>,
    /// The kernel and what is fused into it; the operator, if the model does not compile.
    pub kernel: String,
    /// The shape of what it makes, channels last if compiled; empty if not known.
    pub output: Vec<u64>,
    pub parameters: u64,
    pub multiply_accumulates: u64,
    /// Two for each multiply-accumulate.
    pub flops: u64,
    /// Bytes of what it writes.
    pub bytes: u64,
    /// Measured natively on this machine, with `--time` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub milliseconds: Option<f64>,
    /// Of the sum over all layers, from 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_share: Option<f64>,
    /// Every node of the source graph that the layer computes.
    pub nodes: Vec<String>,
    /// Why it cannot be compiled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unsupported: Option<String>,
}

/// Names of steps and of what cannot be compiled are the source nodes', with something behind a dot where one node
/// becomes several. The front end calls some, such as If, by their operator alone.
pub(super) struct Names<'a> {
    by_name: HashMap<&'a str, NodeId>,
    /// Operators that occur once.
    by_operator: HashMap<&'a str, NodeId>,
}

impl<'a> Names<'a> {
    pub fn of(network: &Network<'a>) -> Self {
        let mut nodes_of: HashMap<&str, Vec<NodeId>> = HashMap::new();
        for (id, node) in network.nodes.iter().enumerate() {
            nodes_of.entry(&node.op_type).or_default().push(id);
        }
        let only = |(operator, nodes): (&'a str, Vec<NodeId>)| (nodes.len() == 1).then(|| (operator, nodes[0]));
        Self {
            // The first of several nodes of one name.
            by_name: network.nodes.iter().enumerate().rev().map(|(id, node)| (name(node), id)).collect(),
            by_operator: nodes_of.into_iter().filter_map(only).collect(),
        }
    }

    pub fn node(&self, name: &str) -> Option<NodeId> {
        let mut shortened = Some(name);
        while let Some(name) = shortened {
            if let Some(&id) = self.by_name.get(name) {
                return Some(id);
            }
            shortened = name.rsplit_once('.').map(|(name, _)| name);
        }
        self.by_operator.get(name).copied()
    }
}

/// The layers of a compiled model, in the order of its steps.
pub(super) fn compiled(network: &Network, names: &Names, parameters: &Parameters, compiled: &Compiled) -> Vec<Layer> {
    let plan = &compiled.plan;
    let sources: Vec<Option<NodeId>> = plan.steps.iter().map(|step| names.node(&step.name)).collect();
    let mut layers: Vec<Layer> = plan
        .steps
        .iter()
        .zip(&sources)
        .map(|(step, source)| {
            let described = steps::describe(plan, step);
            let name = source.map_or(step.name.as_str(), |id| name(&network.nodes[id]));
            Layer {
                name: name.into(),
                path: path(name),
                kernel: described.kernel,
                output: described.output.iter().map(|&extent| extent.into()).collect(),
                multiply_accumulates: described.multiply_accumulates,
                flops: 2 * described.multiply_accumulates,
                bytes: described.bytes,
                ..Layer::default()
            }
        })
        .collect();
    let work: Vec<u64> = layers.iter().map(|layer| layer.multiply_accumulates).collect();
    for (id, step) in computed_by(network, &sources, &work).iter().enumerate() {
        let Some(layer) = step.and_then(|step| layers.get_mut(step)) else { continue };
        layer.parameters += parameters.of_node[id];
        layer.nodes.push(name(&network.nodes[id]).into());
    }
    layers
}

/// The nodes of a model that does not compile, constant ones apart, with what is known about them.
pub(super) fn source(
    network: &Network,
    parameters: &Parameters,
    shapes: &Shapes,
    reasons: &HashMap<NodeId, String>,
) -> Vec<Layer> {
    let shown = network.order.iter().copied().filter(|&id| network.is_live(id) && !network.is_constant(id));
    let layer = |id: NodeId| {
        let node = &network.nodes[id];
        let inside: usize = inner_graphs(node).map(|graph| graph.node.len()).sum();
        let inside = if inside > 0 { format!(" with {inside} nodes inside") } else { String::new() };
        let shape = node.output.first().and_then(|value| shapes.get(value));
        Layer {
            name: name(node).into(),
            path: path(name(node)),
            kernel: operator(node) + &inside,
            output: shape.map(|shape| shape.iter().map(|&extent| extent as u64).collect()).unwrap_or_default(),
            parameters: parameters.of_node[id],
            nodes: vec![name(node).into()],
            unsupported: reasons.get(&id).cloned(),
            ..Layer::default()
        }
    };
    shown.map(layer).collect()
}

/// The step that computes each node: of several, the one with the most work, or else the first. A node without a step
/// of its own was fused into the one that makes what it reads, or, at the start of the network, into the one that reads
/// what it makes.
fn computed_by(network: &Network, sources: &[Option<NodeId>], work: &[u64]) -> Vec<Option<usize>> {
    let mut step_of: Vec<Option<usize>> = vec![None; network.nodes.len()];
    for (step, source) in sources.iter().enumerate() {
        if let Some(id) = source
            && step_of[*id].is_none_or(|other| work[other] < work[step])
        {
            step_of[*id] = Some(step);
        }
    }
    for &id in network.order.iter().filter(|&&id| !network.is_constant(id) && network.is_live(id)) {
        // The latest: a residual is added where the second of its two operands is made.
        let before = || network.computed_inputs(id).filter_map(|value| step_of[network.maker(value)?]).max();
        step_of[id] = step_of[id].or_else(before);
    }
    for &id in network.order.iter().rev().filter(|&&id| !network.is_constant(id) && network.is_live(id)) {
        let behind = || {
            let readings = network.nodes[id].output.iter().flat_map(|value| network.readings(value));
            readings.filter_map(|reading| step_of[reading.node]).min()
        };
        step_of[id] = step_of[id].or_else(behind);
    }
    step_of
}

/// A name's parts: exporters write the modules around a node with slashes, or else with dots.
fn path(name: &str) -> Vec<String> {
    /// Deeper than any network's modules; a name may come from a stranger.
    const DEEPEST: usize = 16;
    // TensorFlow joins the names of fused nodes.
    let first = name.split(';').next().unwrap_or(name);
    let separator = if first.contains('/') { '/' } else { '.' };
    let parts: Vec<_> = first.splitn(DEEPEST, separator).filter(|part| !part.is_empty()).map(String::from).collect();
    if parts.is_empty() { vec![name.into()] } else { parts }
}

#[cfg(test)]
mod tests {
    use super::*;
    use maasm_tests::onnx::{node, small_network};

    #[test]
    fn a_name_is_a_path_by_slashes_or_else_by_dots() {
        assert_eq!(path("/layer1/layer1.0/conv1/Conv"), ["layer1", "layer1.0", "conv1", "Conv"]);
        assert_eq!(path("features.0.conv"), ["features", "0", "conv"]);
        assert_eq!(path("model/conv/Conv2D;model/bn"), ["model", "conv", "Conv2D"]);
        assert_eq!((path("n12"), path("")), (vec!["n12".to_string()], vec![String::new()]));
        assert_eq!(path(&"a/".repeat(100_000)).len(), 16);
    }

    #[test]
    fn a_name_with_something_behind_a_dot_is_still_found() {
        let model = small_network();
        let network = Network::new(model.graph.as_ref().unwrap());
        let names = Names::of(&network);
        let found = ["bn", "bn.mul", "bn.mul.1", "Gemm", "nothing"].map(|name| names.node(name));
        assert_eq!(found, [Some(1), Some(1), Some(1), Some(5), None]);
    }

    #[test]
    fn nodes_without_a_step_belong_to_the_one_that_they_are_fused_into() {
        let mut model = small_network();
        let graph = model.graph.as_mut().unwrap();
        graph.node.insert(0, node("Identity", &["image"], &["same"], vec![]));
        graph.node[1].input[0] = "same".into();
        let network = Network::new(graph);
        // Of Identity, Conv, BatchNormalization, Relu, GlobalAveragePool, Reshape and Gemm; the pool takes two steps.
        let found = computed_by(&network, &[Some(1), Some(4), Some(4), Some(6)], &[9, 0, 0, 9]);
        assert_eq!(found, [0, 0, 0, 0, 1, 1, 3].map(Some));
        // The convolution takes a copy first.
        let found = computed_by(&network, &[Some(1), Some(1), Some(4), Some(6)], &[0, 9, 0, 9]);
        assert_eq!(found, [1, 1, 1, 1, 2, 2, 3].map(Some));
    }
}
