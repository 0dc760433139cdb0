//! Operators of integers become those of f32 between DequantizeLinear and QuantizeLinear, which is what they are defined to
//! compute: of ONNX itself, and of onnxruntime where it writes models with its own (`com.microsoft`).

use maasm_graph::index;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::{AttributeProto, ModelProto, NodeProto, TensorProto, attribute_proto};

/// The domain of onnxruntime's own operators.
const ONNXRUNTIME: &str = "com.microsoft";

/// The model with these operators taken apart. Convolutions and products whose weights are computed stay as they are.
pub fn expand(model: &ModelProto) -> Cow<'_, ModelProto> {
    let nodes = model.graph.as_ref().map(|graph| &graph.node[..]).unwrap_or_default();
    if !nodes.iter().any(|node| node.domain == ONNXRUNTIME || node.op_type.starts_with("QLinear")) {
        return Cow::Borrowed(model);
    }
    let graph = model.graph.as_ref().expect("it has nodes");
    let mut expansion = Expansion {
        known: graph.initializer.iter().map(|tensor| (&tensor.name[..], tensor)).collect(),
        names: nodes.iter().flat_map(|node| node.input.iter().chain(&node.output)).map(String::as_str).collect(),
        made: 0,
        nodes: Vec::with_capacity(nodes.len()),
        initializers: Vec::new(),
    };
    for node in nodes {
        if expansion.node(node).is_none() {
            expansion.nodes.push(node.clone());
        }
    }
    let Expansion { nodes, initializers, .. } = expansion;
    let mut model = model.clone();
    if let Some(graph) = &mut model.graph {
        graph.node = nodes;
        graph.initializer.extend(initializers);
    }
    Cow::Owned(model)
}

struct Expansion<'a> {
    known: HashMap<&'a str, &'a TensorProto>,
    names: HashSet<&'a str>,
    /// How many values were named here.
    made: usize,
    nodes: Vec<NodeProto>,
    initializers: Vec<TensorProto>,
}

impl<'a> Expansion<'a> {
    /// Takes a node apart, if it is one that is.
    fn node(&mut self, node: &'a NodeProto) -> Option<()> {
        let of_onnxruntime = node.domain == ONNXRUNTIME;
        match node.op_type.as_str() {
            "QLinearConv" if !of_onnxruntime => self.convolution(node),
            "QLinearMatMul" if !of_onnxruntime => self.product(node),
            "QGemm" if of_onnxruntime => self.dense(node),
            "QLinearConcat" if of_onnxruntime => self.concatenation(node),
            "QLinearAdd" | "QLinearMul" if of_onnxruntime => {
                let operands = vec![self.dequantized(node, 0, None)?, self.dequantized(node, 3, None)?];
                self.quantized(node, operands, 6)
            }
            "QLinearGlobalAveragePool" | "QLinearAveragePool" | "QLinearSigmoid" | "QLinearLeakyRelu"
                if of_onnxruntime && integer(node, "channels_last", 0) == 0 =>
            {
                let operands = vec![self.dequantized(node, 0, None)?];
                self.quantized(node, operands, 3)
            }
            // As ONNX defines them, for files older than its own.
            "QuantizeLinear" | "DequantizeLinear" if of_onnxruntime => {
                self.nodes.push(NodeProto { domain: String::new(), ..node.clone() });
                Some(())
            }
            _ => None,
        }
    }

    fn convolution(&mut self, node: &NodeProto) -> Option<()> {
        self.known.get(input(node, 3))?;
        let bias = self.bias(node, [1, 4, 8], 1.0)?;
        let mut operands = vec![self.dequantized(node, 0, None)?, self.dequantized(node, 3, Some(0))?];
        operands.extend(bias);
        self.quantized(node, operands, 6)
    }

    fn product(&mut self, node: &NodeProto) -> Option<()> {
        let columns = self.known.get(input(node, 3)).map(|weights| weights.dims.len()).filter(|&rank| rank == 2)?;
        // Scales of rows would be those of an axis that sums do not go along.
        (self.floats(input(node, 1))?.len() == 1).then_some(())?;
        let operands = vec![self.dequantized(node, 0, None)?, self.dequantized(node, 3, Some(columns as i64 - 1))?];
        self.quantized(node, operands, 6)
    }

    fn dense(&mut self, node: &NodeProto) -> Option<()> {
        let channels = if integer(node, "transB", 0) == 0 { 1 } else { 0 };
        let alpha = attribute(node, "alpha").map_or(1.0, |attribute| attribute.f);
        let bias = self.bias(node, [1, 4, 6], alpha)?;
        let mut operands = vec![self.dequantized(node, 0, None)?, self.dequantized(node, 3, Some(channels))?];
        operands.extend(bias);
        self.quantized(node, operands, 7)
    }

    fn concatenation(&mut self, node: &NodeProto) -> Option<()> {
        let parts = (2..node.input.len()).step_by(3);
        let operands = parts.map(|place| self.dequantized(node, place, None)).collect::<Option<Vec<_>>>()?;
        self.quantized(node, operands, 0)
    }

    /// The value at `place`, whose scale and zero point follow it, as numbers.
    fn dequantized(&mut self, node: &NodeProto, place: usize, axis: Option<i64>) -> Option<String> {
        let inputs: Vec<&str> = (place..place + 3).map(|place| input(node, place)).collect();
        if inputs[..2].iter().any(|name| name.is_empty()) {
            return None;
        }
        Some(self.dequantize(node, &inputs, axis))
    }

    fn dequantize(&mut self, node: &NodeProto, inputs: &[&str], axis: Option<i64>) -> String {
        let output = self.name(node);
        let r#type = attribute_proto::AttributeType::Int as i32;
        let axis = axis.map(|i| AttributeProto { name: "axis".into(), r#type, i, ..Default::default() });
        self.nodes.push(NodeProto {
            op_type: "DequantizeLinear".into(),
            name: output.clone(),
            input: inputs.iter().map(|&name| name.into()).collect(),
            output: vec![output.clone()],
            attribute: axis.into_iter().collect(),
            ..Default::default()
        });
        output
    }

    /// The bias as numbers: its scale is that of the sums. The places are those of the input's scale, the weights' scale and
    /// the bias. `Some(None)` if there is no bias.
    fn bias(&mut self, node: &NodeProto, [x, weights, bias]: [usize; 3], alpha: f32) -> Option<Option<String>> {
        let bias = input(node, bias);
        if bias.is_empty() {
            return Some(None);
        }
        let axis = self.known.get(bias)?.dims.len() as i64 - 1;
        let [x] = self.floats(input(node, x))?[..] else { return None };
        let steps: Vec<f32> = self.floats(input(node, weights))?.iter().map(|scale| alpha * x * scale).collect();
        let name = self.name(node);
        self.initializers.push(TensorProto {
            name: name.clone(),
            dims: if steps.len() == 1 { vec![] } else { vec![steps.len() as i64] },
            data_type: DataType::Float as i32,
            raw_data: steps.iter().flat_map(|step| step.to_le_bytes()).collect(),
            ..Default::default()
        });
        Some(Some(self.dequantize(node, &[bias, &name], Some(axis))))
    }

    /// The operator of f32, and what it gives as bytes again, whose scale stands at `place`; without one it gives numbers.
    fn quantized(&mut self, node: &NodeProto, operands: Vec<String>, place: usize) -> Option<()> {
        let given = node.output.first()?;
        let scale = input(node, place);
        let output = if scale.is_empty() { given.clone() } else { self.name(node) };
        let operator = node.op_type.strip_prefix("QLinear").unwrap_or("Gemm");
        self.nodes.push(NodeProto {
            op_type: operator.into(),
            name: node.name.clone(),
            input: operands,
            output: vec![output.clone()],
            attribute: node.attribute.iter().filter(|attribute| attribute.name != "channels_last").cloned().collect(),
            ..Default::default()
        });
        if !scale.is_empty() {
            let zero = input(node, place + 1);
            let name = self.name(node);
            self.nodes.push(NodeProto {
                op_type: "QuantizeLinear".into(),
                name,
                input: [output.as_str(), scale, zero]
                    .into_iter()
                    .filter(|name| !name.is_empty())
                    .map(Into::into)
                    .collect(),
                output: vec![given.clone()],
                ..Default::default()
            });
        }
        Some(())
    }

    /// The content of an f32 initialiser.
    fn floats(&self, name: &str) -> Option<Vec<f32>> {
        let tensor = self.known.get(name).filter(|tensor| tensor.data_type == DataType::Float as i32)?;
        if tensor.raw_data.is_empty() {
            return Some(tensor.float_data.clone());
        }
        let floats = tensor.raw_data.as_chunks::<4>().0.iter();
        Some(floats.map(|&bytes| f32::from_le_bytes(bytes)).collect())
    }

    /// A name that nothing in the model has: the node's with a number behind a dot.
    fn name(&mut self, node: &NodeProto) -> String {
        loop {
            self.made += 1;
            let name = format!("{}.{}", index::name(node), self.made);
            if !self.names.contains(name.as_str()) {
                return name;
            }
        }
    }
}

/// The name of an input; empty if it is left out.
fn input(node: &NodeProto, place: usize) -> &str {
    node.input.get(place).map_or("", String::as_str)
}

fn attribute<'a>(node: &'a NodeProto, name: &str) -> Option<&'a AttributeProto> {
    node.attribute.iter().find(|attribute| attribute.name == name)
}

fn integer(node: &NodeProto, name: &str, default: i64) -> i64 {
    attribute(node, name).map_or(default, |attribute| attribute.i)
}
