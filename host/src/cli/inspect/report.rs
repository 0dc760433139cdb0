//! What `maasm inspect` finds out; with `--json` also its form.

use super::steps::{self, Step};
use crate::compile::{self, Compiled};
use crate::source::Source;
use serde::Serialize;
use std::collections::BTreeMap;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::tensor_shape_proto::dimension::Value as Extent;
use tract_onnx::pb::{GraphProto, NodeProto, TensorProto, ValueInfoProto, type_proto};

/// Everything about a model.
#[derive(Serialize)]
pub(super) struct Report {
    pub name: String,
    pub digest: String,
    /// Operator sets by domain, `ai.onnx` being ONNX's own.
    pub operator_sets: BTreeMap<String, i64>,
    pub inputs: Vec<Port>,
    pub outputs: Vec<Port>,
    /// How often each operator occurs, graphs inside nodes included.
    pub operators: BTreeMap<String, usize>,
    /// Floating-point numbers that were learnt.
    pub parameters: u64,
    /// Bytes of all tensors in the model.
    pub tensor_bytes: u64,
    /// Parameters in the file that the structure does not use.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unused_parameters: Vec<String>,
    /// What it costs to run, if it compiles.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compiled: Option<Cost>,
    /// What stands in the way of compiling, if that can be said operator by operator.
    pub unsupported: Vec<Unsupported>,
    /// What else stands in the way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// An input or output. Open extents have names or are `?`.
#[derive(Serialize)]
pub(super) struct Port {
    pub name: String,
    #[serde(rename = "type")]
    pub element_type: String,
    pub shape: Vec<String>,
}

/// One inference of the compiled model.
#[derive(Serialize)]
pub(super) struct Cost {
    pub multiply_accumulates: u64,
    /// Two for each multiply-accumulate.
    pub flops: u64,
    pub arena_bytes: u64,
    pub constants_bytes: u64,
    pub step_count: usize,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
}

/// A node that cannot be compiled.
#[derive(Serialize)]
pub(super) struct Unsupported {
    pub operator: String,
    pub node: String,
    pub reason: String,
}

impl Report {
    pub fn new(source: &Source, compiled: &Result<Compiled, compile::Error>, with_steps: bool) -> Self {
        let nothing = GraphProto::default();
        let graph = source.model.graph.as_ref().unwrap_or(&nothing);
        let is_parameter = |name: &str| graph.initializer.iter().any(|tensor| tensor.name == name);
        let mut content = Content::default();
        content.add(graph);
        let cost = |compiled: &Compiled| Cost {
            multiply_accumulates: compiled.multiply_accumulates,
            flops: 2 * compiled.multiply_accumulates,
            arena_bytes: compiled.plan.arena_len,
            constants_bytes: compiled.plan.constants_len,
            step_count: compiled.plan.steps.len(),
            steps: if with_steps { steps::of(&compiled.plan) } else { Vec::new() },
        };
        let (unsupported, problem) = match compiled {
            Ok(_) => (Vec::new(), None),
            Err(compile::Error::Unsupported(all)) => (all.iter().map(unsupported).collect(), None),
            Err(other) => (Vec::new(), Some(other.to_string())),
        };
        Self {
            name: graph.name.clone(),
            digest: source.digest.clone(),
            operator_sets: source.model.opset_import.iter().map(|o| (domain(&o.domain), o.version)).collect(),
            inputs: graph.input.iter().filter(|input| !is_parameter(&input.name)).map(port).collect(),
            outputs: graph.output.iter().map(port).collect(),
            operators: content.operators,
            parameters: compiled.as_ref().map_or(content.parameters, |compiled| compiled.parameters),
            tensor_bytes: content.bytes,
            unused_parameters: source.unused.clone(),
            compiled: compiled.as_ref().ok().map(cost),
            unsupported,
            problem,
        }
    }
}

/// What the nodes and tensors of a graph add up to.
#[derive(Default)]
struct Content {
    operators: BTreeMap<String, usize>,
    parameters: u64,
    bytes: u64,
}

impl Content {
    fn add(&mut self, graph: &GraphProto) {
        graph.initializer.iter().for_each(|tensor| self.add_tensor(tensor));
        for node in &graph.node {
            *self.operators.entry(operator(node)).or_default() += 1;
            for attribute in &node.attribute {
                attribute.t.iter().chain(&attribute.tensors).for_each(|tensor| self.add_tensor(tensor));
                attribute.g.iter().chain(&attribute.graphs).for_each(|inner| self.add(inner));
            }
        }
    }

    fn add_tensor(&mut self, tensor: &TensorProto) {
        let elements: i64 = tensor.dims.iter().product();
        let learnt = [DataType::Float, DataType::Double, DataType::Float16, DataType::Bfloat16];
        if elements > 1 && learnt.iter().any(|&data_type| data_type as i32 == tensor.data_type) {
            self.parameters += elements as u64;
        }
        self.bytes += tensor.raw_data.len() as u64;
    }
}

fn unsupported(found: &compile::Unsupported) -> Unsupported {
    let compile::Unsupported { node, operator, reason } = found.clone();
    Unsupported { operator, node, reason }
}

fn domain(domain: &str) -> String {
    if domain.is_empty() { "ai.onnx".into() } else { domain.into() }
}

fn operator(node: &NodeProto) -> String {
    match node.domain.as_str() {
        "" | "ai.onnx" => node.op_type.clone(),
        domain => format!("{domain}.{}", node.op_type),
    }
}

fn port(value: &ValueInfoProto) -> Port {
    let Some(type_proto::Value::TensorType(tensor)) = value.r#type.as_ref().and_then(|t| t.value.as_ref()) else {
        return Port { name: value.name.clone(), element_type: "unknown".into(), shape: Vec::new() };
    };
    let data_type = DataType::try_from(tensor.elem_type).unwrap_or(DataType::Undefined);
    let extent = |extent: &Option<Extent>| match extent {
        Some(Extent::DimValue(extent)) => extent.to_string(),
        Some(Extent::DimParam(name)) => name.clone(),
        None => "?".into(),
    };
    Port {
        name: value.name.clone(),
        element_type: data_type.as_str_name().to_ascii_lowercase(),
        shape: tensor.shape.iter().flat_map(|shape| &shape.dim).map(|dim| extent(&dim.value)).collect(),
    }
}
