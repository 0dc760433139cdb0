//! How many parameters a network has, and which node reads them.

use super::{Network, NodeId, inner_graphs};
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::{GraphProto, NodeProto, TensorProto};

/// What a network has learnt.
///
/// Counted in the source graph, so that neither folding nor sharing in the compiled model changes the figure: every
/// element of every floating-point constant that some output depends on, be it an initialiser, a Constant, or a
/// ConstantOfShape; and of every constant of quantised weights. Constants that several nodes share count once. As in
/// PyTorch's own figures, what training does not learn by descent is left out:
/// - the running mean and variance of batch normalisations, which are [`statistics`](Self::statistics);
/// - what configures an operator: bounds, scales, zero points, initial states;
/// - single numbers, because exporters write every literal of a formula (`x · 0.5`) as a constant; a PReLU's slope is
///   the exception.
///
/// A table that was computed and then stored, such as a mask, cannot be told from a learnt one and counts.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Parameters {
    /// Numbers that were learnt.
    pub learnt: u64,
    /// Numbers that were gathered: running means and variances.
    pub statistics: u64,
    /// The learnt numbers by the first node that computes with them.
    pub of_node: Vec<u64>,
}

/// What a constant is to the nodes that read it; the better one wins where they differ.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Role {
    Statistics,
    Learnt,
}

/// What a value is used as, and by which node first.
type Use = Option<(Role, NodeId)>;

impl Parameters {
    /// Counts the parameters of each node.
    pub fn count(network: &Network) -> Self {
        let mut parameters = Self { of_node: vec![0; network.nodes.len()], ..Self::default() };
        let uses = uses(network);
        let made = network.nodes.iter().filter_map(|node| {
            let output = node.output.first()?;
            Some((output.as_str(), constant_of_shape(network, node)?))
        });
        let stored = network.tensors.iter().map(|(name, tensor)| (*name, Constant::stored(tensor)));
        for (value, constant) in stored.chain(made) {
            let Some((role, node)) = used_as(network, &uses, value, &constant) else { continue };
            match role {
                Role::Learnt => {
                    parameters.learnt += constant.elements;
                    parameters.of_node[node] += constant.elements;
                }
                Role::Statistics => parameters.statistics += constant.elements,
            }
        }
        for (id, node) in network.nodes.iter().enumerate().filter(|(id, _)| network.is_live(*id)) {
            for graph in inner_graphs(node) {
                let inside = Self::count(&Network::new(graph));
                parameters.learnt += inside.learnt;
                parameters.statistics += inside.statistics;
                parameters.of_node[id] += inside.learnt;
            }
        }
        parameters
    }
}

/// A constant of the source graph.
struct Constant {
    elements: u64,
    data_type: i32,
}

impl Constant {
    fn stored(tensor: &TensorProto) -> Self {
        Self { elements: elements(&tensor.dims), data_type: tensor.data_type }
    }

    fn is_float(&self) -> bool {
        let floats = [DataType::Float, DataType::Double, DataType::Float16, DataType::Bfloat16];
        floats.iter().any(|&float| float as i32 == self.data_type)
    }
}

/// What each node's result is used as. Meaningful for constant nodes, which hand on what they read.
fn uses(network: &Network) -> Vec<Use> {
    let mut uses = vec![None; network.nodes.len()];
    for &id in network.order.iter().rev() {
        let of_output = |value: &String| {
            let readings = network.readings(value).iter();
            readings.filter_map(|reading| use_by(network, &uses, reading.node, reading.operand)).reduce(better)
        };
        uses[id] = network.nodes[id].output.iter().filter_map(of_output).reduce(better);
    }
    uses
}

fn better(a: (Role, NodeId), b: (Role, NodeId)) -> (Role, NodeId) {
    match a.0.cmp(&b.0) {
        std::cmp::Ordering::Greater => a,
        std::cmp::Ordering::Less => b,
        std::cmp::Ordering::Equal => (a.0, a.1.min(b.1)),
    }
}

/// What one reading of a constant makes of it.
fn use_by(network: &Network, uses: &[Use], node: NodeId, operand: Option<usize>) -> Use {
    if !network.is_live(node) {
        return None;
    }
    let role = operand.map_or(Some(Role::Learnt), |operand| role(&network.nodes[node], operand))?;
    if network.is_constant(node) { uses[node].map(|(later, by)| (later.min(role), by)) } else { Some((role, node)) }
}

fn used_as(network: &Network, uses: &[Use], value: &str, constant: &Constant) -> Use {
    let counts = |node: &NodeProto, operand: Option<usize>| {
        if !constant.is_float() {
            return operand.is_some_and(|operand| holds_quantised_weights(node, operand));
        }
        constant.elements > 1 || (node.op_type == "PRelu" && operand == Some(1))
    };
    let readings = network.readings(value).iter();
    readings
        .filter(|reading| counts(&network.nodes[reading.node], reading.operand))
        .filter_map(|reading| use_by(network, uses, reading.node, reading.operand))
        .reduce(better)
}

/// What an operand is to its operator; `None` if it configures it.
fn role(node: &NodeProto, operand: usize) -> Option<Role> {
    let configures = match (node.op_type.as_str(), operand) {
        ("BatchNormalization", 3 | 4) => return Some(Role::Statistics),
        ("Clip" | "Dropout" | "Resize" | "DequantizeLinear" | "QuantizeLinear", 1..=3) => true,
        ("Pow" | "Upsample", 1) | ("Pad" | "OneHot", 2) => true,
        ("ConvInteger" | "MatMulInteger", 2 | 3) => true,
        ("QLinearConv" | "QLinearMatMul", 1 | 2 | 4..=7) => true,
        ("LSTM" | "GRU" | "RNN", 4..=6) => true,
        ("Range" | "NonMaxSuppression", _) => true,
        _ => false,
    };
    (!configures).then_some(Role::Learnt)
}

/// Where quantised operators read whole numbers that stand for learnt ones.
fn holds_quantised_weights(node: &NodeProto, operand: usize) -> bool {
    matches!(
        (node.op_type.as_str(), operand),
        ("DequantizeLinear", 0) | ("QLinearConv", 3 | 8) | ("QLinearMatMul", 3) | ("ConvInteger" | "MatMulInteger", 1)
    )
}

/// A tensor of equal elements whose shape is stored.
fn constant_of_shape(network: &Network, node: &NodeProto) -> Option<Constant> {
    if node.op_type != "ConstantOfShape" {
        return None;
    }
    let shape = network.tensors.get(node.input.first()?.as_str())?;
    if shape.data_type != DataType::Int64 as i32 {
        return None;
    }
    let dims: Vec<i64> = shape.raw_data.as_chunks().0.iter().map(|bytes| i64::from_le_bytes(*bytes)).collect();
    let value = node.attribute.iter().find(|attribute| attribute.name == "value").and_then(|a| a.t.as_ref());
    // ONNX: zero, as f32, where no value is given.
    Some(Constant {
        elements: elements(&dims),
        data_type: value.map_or(DataType::Float as i32, |tensor| tensor.data_type),
    })
}

/// Zero if the shape makes no sense: what it would hold cannot be compiled anyway.
fn elements(dims: &[i64]) -> u64 {
    const SENSIBLE: u64 = 1 << 40;
    let product = dims.iter().try_fold(1u64, |n, &d| n.checked_mul(u64::try_from(d).ok()?));
    product.filter(|&n| n <= SENSIBLE).unwrap_or(0)
}

/// Bytes of all tensors of a graph and of the graphs inside it.
pub fn tensor_bytes(graph: &GraphProto) -> u64 {
    let of_node = |node: &NodeProto| -> u64 {
        let tensors = node.attribute.iter().flat_map(|attribute| attribute.t.iter().chain(&attribute.tensors));
        tensors.map(|tensor| tensor.raw_data.len() as u64).sum::<u64>()
            + inner_graphs(node).map(tensor_bytes).sum::<u64>()
    };
    let initialisers = graph.initializer.iter().map(|tensor| tensor.raw_data.len() as u64);
    initialisers.sum::<u64>() + graph.node.iter().map(of_node).sum::<u64>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use maasm_tests::onnx::{node, small_network, value, weights};

    fn count(initializer: Vec<TensorProto>, node: Vec<NodeProto>) -> Parameters {
        let graph = GraphProto {
            input: vec![value("x", &[1, 4, 2, 2])],
            output: vec![value("y", &[1, 4, 2, 2])],
            initializer,
            node,
            ..Default::default()
        };
        Parameters::count(&Network::new(&graph))
    }

    #[test]
    fn weights_scales_and_offsets_count_and_running_statistics_are_told_apart() {
        let model = small_network();
        let parameters = Parameters::count(&Network::new(model.graph.as_ref().unwrap()));
        // The convolution has no bias; the fully connected layer has one.
        assert_eq!(parameters.of_node, [4 * 27, 4 + 4, 0, 0, 0, 4 * 5 + 5]);
        assert_eq!((parameters.learnt, parameters.statistics), (108 + 8 + 25, 4 + 4));
    }

    #[test]
    fn bounds_literals_and_what_nothing_reads_do_not_count() {
        let initializer =
            ["low", "half", "spare"].map(|name| weights(name, if name == "spare" { &[9] } else { &[1] })).to_vec();
        let nodes = vec![
            node("Clip", &["x", "low"], &["clipped"], vec![]),
            node("Mul", &["clipped", "half"], &["y"], vec![]),
            node("Add", &["x", "spare"], &["unused"], vec![]),
        ];
        assert_eq!(count(initializer, nodes).learnt, 0);
    }

    #[test]
    fn a_slope_counts_though_it_is_a_single_number() {
        assert_eq!(count(vec![weights("slope", &[1])], vec![node("PRelu", &["x", "slope"], &["y"], vec![])]).learnt, 1);
    }

    #[test]
    fn shared_constants_count_once_and_reach_through_constant_nodes() {
        let nodes = vec![
            node("Unsqueeze", &["w"], &["column"], vec![]),
            node("Mul", &["x", "column"], &["scaled"], vec![]),
            node("Add", &["scaled", "column"], &["y"], vec![]),
        ];
        let parameters = count(vec![weights("w", &[4])], nodes);
        assert_eq!((parameters.learnt, parameters.of_node), (4, vec![0, 4, 0]));
    }

    #[test]
    fn quantised_weights_count_and_their_scales_do_not() {
        let quantised = TensorProto {
            name: "w".into(),
            dims: vec![4, 4],
            data_type: DataType::Int8 as i32,
            raw_data: vec![1; 16],
            ..Default::default()
        };
        let nodes = vec![
            node("DequantizeLinear", &["w", "scale"], &["floats"], vec![]),
            node("MatMul", &["x", "floats"], &["y"], vec![]),
        ];
        assert_eq!(count(vec![quantised, weights("scale", &[4])], nodes).of_node, [0, 16]);
    }

    #[test]
    fn tensors_of_equal_elements_count_by_their_shape() {
        let shape = TensorProto {
            name: "shape".into(),
            dims: vec![2],
            data_type: DataType::Int64 as i32,
            raw_data: [4i64, 8].iter().flat_map(|extent| extent.to_le_bytes()).collect(),
            ..Default::default()
        };
        let nodes =
            vec![node("ConstantOfShape", &["shape"], &["w"], vec![]), node("MatMul", &["x", "w"], &["y"], vec![])];
        assert_eq!(count(vec![shape], nodes).of_node, [0, 32]);
    }
}
