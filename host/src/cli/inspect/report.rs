//! What `maasm inspect` finds out; with `--json` also its form.

use super::layers::{self, Layer, Names};
use super::memory::Memory;
use super::timing::Timing;
use super::unsupported::{self, Unsupported};
use maasm_compile::{self as compile, Compiled, Note, Shapes};
use maasm_component::ScoreKind;
use maasm_graph::Source;
use maasm_graph::index::{Network, Parameters, inner_graphs, operator, tensor_bytes};
use maasm_protocol::evaluation::Scores;
use maasm_scores as scores;
use serde::Serialize;
use std::collections::BTreeMap;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::tensor_shape_proto::dimension::Value as Extent;
use tract_onnx::pb::{GraphProto, ValueInfoProto, type_proto};

/// Everything about a model.
#[derive(Serialize)]
pub(super) struct Report {
    pub name: String,
    /// What wrote the file, if it says so.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub producer: String,
    pub digest: String,
    /// Operator sets by domain, `ai.onnx` being ONNX's own.
    pub operator_sets: BTreeMap<String, i64>,
    pub inputs: Vec<Port>,
    pub outputs: Vec<Port>,
    /// How often each operator occurs, graphs inside nodes included.
    pub operators: BTreeMap<String, usize>,
    /// Numbers that were learnt; see [`Parameters`].
    pub parameters: u64,
    /// Numbers that were gathered while training: running means and variances.
    pub statistics: u64,
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
    /// The compiled steps in order; the source's nodes, if the model does not compile.
    pub layers: Vec<Layer>,
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
    pub step_count: usize,
    /// Convolutions and dense layers that compute with bytes.
    pub int8_layers: usize,
    /// Convolutions and dense layers that compute with f32.
    pub float_layers: usize,
    /// What was decided without asking.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    pub memory: Memory,
    /// The kind of the first output, of which scores are made, if it is a list of classes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scores: Option<Scores>,
    /// Measured natively on this machine, with `--time` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<Time>,
}

/// How long one inference takes.
#[derive(Serialize)]
pub(super) struct Time {
    pub runs: usize,
    /// The median of all runs.
    pub milliseconds: f64,
}

impl Report {
    /// `shapes` are looked at only if the model does not compile.
    pub fn new(
        source: &Source,
        network: &Network,
        compiled: &Result<Compiled, compile::Error>,
        shapes: &Shapes,
        timing: Option<Timing>,
    ) -> Self {
        let graph = network.graph;
        let parameters = Parameters::count(network);
        let names = Names::of(network);
        let unsupported = match compiled {
            Err(compile::Error::Unsupported(found)) => unsupported::list(network, &names, found),
            _ => Vec::new(),
        };
        let mut layers = match compiled {
            Ok(compiled) => layers::compiled(network, &names, &parameters, compiled),
            Err(_) => {
                let reasons = unsupported.iter().filter_map(|found| Some((found.id?, found.reason.clone())));
                layers::source(network, &parameters, shapes, &reasons.collect())
            }
        };
        if let Some(timing) = &timing {
            add_times(&mut layers, timing);
        }
        let mut operators = BTreeMap::new();
        count_operators(graph, &mut operators);
        let is_stored = |name: &str| graph.initializer.iter().any(|tensor| tensor.name == name);
        Self {
            name: graph.name.clone(),
            producer: format!("{} {}", source.model.producer_name, source.model.producer_version).trim().into(),
            digest: source.digest.clone(),
            operator_sets: source.model.opset_import.iter().map(|o| (domain(&o.domain), o.version)).collect(),
            inputs: graph.input.iter().filter(|input| !is_stored(&input.name)).map(port).collect(),
            outputs: graph.output.iter().map(port).collect(),
            operators,
            parameters: parameters.learnt,
            statistics: parameters.statistics,
            tensor_bytes: tensor_bytes(graph),
            unused_parameters: source.unused.clone(),
            compiled: compiled.as_ref().ok().map(|compiled| cost(source, compiled, timing)),
            unsupported,
            problem: match compiled {
                Err(compile::Error::Unsupported(_)) | Ok(_) => None,
                Err(other) => Some(other.to_string()),
            },
            layers,
        }
    }
}

fn cost(source: &Source, compiled: &Compiled, timing: Option<Timing>) -> Cost {
    let told = source.told.scores.and_then(ScoreKind::scores);
    let scores = || scores::spoken(told.unwrap_or_else(|| scores::find(compiled, None)));
    Cost {
        multiply_accumulates: compiled.multiply_accumulates,
        flops: 2 * compiled.multiply_accumulates,
        step_count: compiled.plan.steps.len(),
        int8_layers: compiled.layers().int8,
        float_layers: compiled.layers().float,
        notes: compiled.notes.clone(),
        memory: Memory::of(&compiled.plan),
        scores: scores::is_list(&compiled.plan).then(scores),
        time: timing.map(|timing| Time { runs: timing.runs, milliseconds: timing.total.as_secs_f64() * 1e3 }),
    }
}

fn add_times(layers: &mut [Layer], timing: &Timing) {
    let sum: f64 = timing.steps.iter().map(|time| time.as_secs_f64()).sum();
    for (layer, time) in layers.iter_mut().zip(&timing.steps) {
        layer.milliseconds = Some(time.as_secs_f64() * 1e3);
        layer.time_share = Some(if sum > 0.0 { time.as_secs_f64() / sum } else { 0.0 });
    }
}

fn count_operators(graph: &GraphProto, operators: &mut BTreeMap<String, usize>) {
    for node in &graph.node {
        *operators.entry(operator(node)).or_default() += 1;
        inner_graphs(node).for_each(|inner| count_operators(inner, operators));
    }
}

fn domain(domain: &str) -> String {
    if domain.is_empty() { "ai.onnx".into() } else { domain.into() }
}

pub(super) fn port(value: &ValueInfoProto) -> Port {
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
