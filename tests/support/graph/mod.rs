//! Random graphs: they grow node by node, every value's shape and element type known.
//!
//! # Layout
//! - `operators/`: what graphs are made of; one family is one file

mod operators;

use crate::random::Random;
use crate::tensor::Tensor;
use std::collections::HashSet;
use std::fmt;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::tensor_shape_proto::{Dimension, dimension};
use tract_onnx::pb::{
    AttributeProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, TensorProto, TensorShapeProto, TypeProto,
    ValueInfoProto, attribute_proto, type_proto,
};

/// A value of the graph.
#[derive(Clone, Debug)]
pub struct Value {
    /// Its name.
    pub name: String,
    /// Its extents.
    pub shape: Vec<usize>,
    /// Its element type.
    pub kind: DataType,
}

/// A graph, what goes into it and every value in it.
#[derive(Clone)]
pub struct Graph {
    /// The operator set's version.
    pub opset: i64,
    /// Inputs with their tensors.
    pub inputs: Vec<(Value, Tensor)>,
    /// Nodes in order.
    pub nodes: Vec<NodeProto>,
    /// Weights and other constants.
    pub constants: Vec<TensorProto>,
    /// Inputs and what nodes make.
    pub values: Vec<Value>,
}

impl Graph {
    /// The values that nodes make and no node reads.
    pub fn leaves(&self) -> Vec<Value> {
        let read: HashSet<&String> = self.nodes.iter().flat_map(|node| &node.input).collect();
        let input = |value: &&Value| self.inputs.iter().any(|(input, _)| input.name == value.name);
        let unread = self.values.iter().filter(|value| !read.contains(&value.name));
        unread.filter(|value| !input(value)).cloned().collect()
    }

    /// The model that gives these values; what they do not need is left out.
    pub fn model(&self, outputs: &[Value]) -> ModelProto {
        let mut needed: HashSet<&str> = outputs.iter().map(|value| value.name.as_str()).collect();
        let mut nodes = Vec::new();
        for node in self.nodes.iter().rev() {
            if node.output.iter().any(|name| needed.contains(name.as_str())) {
                needed.extend(node.input.iter().map(String::as_str));
                nodes.push(node.clone());
            }
        }
        nodes.reverse();
        let inputs = self.inputs.iter().filter(|(value, _)| needed.contains(value.name.as_str()));
        let constants = self.constants.iter().filter(|constant| needed.contains(constant.name.as_str()));
        ModelProto {
            ir_version: 8,
            opset_import: vec![OperatorSetIdProto { domain: String::new(), version: self.opset }],
            graph: Some(GraphProto {
                name: "random".into(),
                input: inputs.map(|(value, _)| info(value)).collect(),
                output: outputs.iter().map(info).collect(),
                initializer: constants.cloned().collect(),
                node: nodes,
                ..Default::default()
            }),
            ..Default::default()
        }
    }

    /// The tensors that go into a model of this graph.
    pub fn tensors(&self, model: &ModelProto) -> Vec<Tensor> {
        let inputs = &model.graph.as_ref().expect("every model here has one").input;
        inputs.iter().filter_map(|input| self.given(&input.name)).cloned().collect()
    }

    /// The tensor that goes into this input.
    pub fn given(&self, name: &str) -> Option<&Tensor> {
        self.inputs.iter().find(|(value, _)| value.name == name).map(|(_, tensor)| tensor)
    }

    /// The nodes as text, as far as these values need them.
    pub fn show(&self, values: &[Value]) -> String {
        let model = self.model(values);
        let graph = model.graph.expect("it was just made");
        let lines = graph.node.iter().map(|node| self.line(node));
        let inputs = graph.input.iter().filter_map(|input| self.values.iter().find(|value| value.name == input.name));
        let inputs = inputs.map(|value| format!("{value} is an input"));
        inputs.chain(lines).collect::<Vec<_>>().join("\n")
    }

    fn line(&self, node: &NodeProto) -> String {
        let known = |name: &String| self.values.iter().find(|value| value.name == *name);
        let input = |name: &String| match self.constants.iter().find(|constant| constant.name == *name) {
            Some(constant) => constant_text(constant),
            None => name.clone(),
        };
        let outputs: Vec<_> =
            node.output.iter().map(|name| known(name).map_or(name.clone(), ToString::to_string)).collect();
        let inputs: Vec<_> = node.input.iter().map(input).collect();
        let attributes: Vec<_> = node.attribute.iter().map(attribute_text).collect();
        format!("{} = {}({}) {{{}}}", outputs.join(", "), node.op_type, inputs.join(", "), attributes.join(", "))
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}{:?}", self.name, self.kind, self.shape)
    }
}

fn constant_text(constant: &TensorProto) -> String {
    let tensor = &constant.raw_data;
    if constant.data_type == DataType::Int64 as i32 {
        let numbers: Vec<i64> = tensor.as_chunks().0.iter().map(|b| i64::from_le_bytes(*b)).collect();
        return format!("{numbers:?}");
    }
    let numbers: Vec<f32> = tensor.as_chunks().0.iter().map(|b| f32::from_le_bytes(*b)).collect();
    if numbers.len() < 8 { format!("{numbers:?}") } else { format!("constant{:?}", constant.dims) }
}

fn attribute_text(attribute: &AttributeProto) -> String {
    let value = match attribute.r#type {
        1 => attribute.f.to_string(),
        2 => attribute.i.to_string(),
        3 => String::from_utf8_lossy(&attribute.s).into_owned(),
        _ => format!("{:?}", attribute.ints),
    };
    format!("{}={value}", attribute.name)
}

fn info(value: &Value) -> ValueInfoProto {
    let dim =
        |&extent: &usize| Dimension { value: Some(dimension::Value::DimValue(extent as i64)), ..Default::default() };
    let shape = TensorShapeProto { dim: value.shape.iter().map(dim).collect() };
    let tensor = type_proto::Tensor { elem_type: value.kind as i32, shape: Some(shape) };
    let r#type = TypeProto { value: Some(type_proto::Value::TensorType(tensor)), ..Default::default() };
    ValueInfoProto { name: value.name.clone(), r#type: Some(r#type), ..Default::default() }
}

/// The random graph of this seed.
pub fn random(seed: u64) -> Graph {
    let mut builder = Builder::new(seed);
    let rank = builder.random.one_of(&[4, 4, 4, 3, 2, 5]);
    let mut shape = vec![builder.random.between(1, 2), builder.random.between(1, 6)];
    shape.extend((2..rank).map(|_| builder.random.between(3, if rank == 5 { 5 } else { 9 })));
    builder.input(DataType::Float, &shape);
    if builder.random.chance(4) {
        builder.input(DataType::Float, &shape[1..]);
    }
    if builder.random.chance(4) {
        builder.input(DataType::Int64, &shape[shape.len() - 2..]);
    }
    for _ in 0..builder.random.between(3, 14) {
        operators::add(&mut builder);
    }
    builder.graph
}

/// A graph in the making, and the randomness it is made of.
pub struct Builder {
    /// What there is of it.
    pub graph: Graph,
    /// Where decisions come from.
    pub random: Random,
}

/// More elements than these are not needed to find a fault, and take time.
const MOST_ELEMENTS: usize = 20_000;

impl Builder {
    /// An empty graph.
    pub fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        // Two versions, between which reductions began to take their axes as an input.
        let opset = random.one_of(&[17, 18]);
        let graph = Graph { opset, inputs: vec![], nodes: vec![], constants: vec![], values: vec![] };
        Self { graph, random }
    }

    /// Adds an input.
    pub fn input(&mut self, kind: DataType, shape: &[usize]) {
        let elements: usize = shape.iter().product();
        let bytes = match kind {
            DataType::Int64 => (0..elements).flat_map(|_| (self.random.below(41) as i64 - 20).to_le_bytes()).collect(),
            _ => (0..elements).flat_map(|_| self.random.float(-2.0, 2.0).to_le_bytes()).collect(),
        };
        let value = Value { name: format!("input{}", self.graph.inputs.len()), shape: shape.into(), kind };
        self.graph.values.push(value.clone());
        let tensor = Tensor { data_type: kind as i32, shape: shape.into(), bytes };
        self.graph.inputs.push((value, tensor));
    }

    /// A value of this type with that many axes; later ones are likelier, so that graphs become deep.
    pub fn pick(&mut self, kind: DataType, ranks: std::ops::RangeInclusive<usize>) -> Option<Value> {
        self.pick_where(|value| value.kind == kind && ranks.contains(&value.shape.len()))
    }

    /// A value of floats.
    pub fn floats(&mut self, ranks: std::ops::RangeInclusive<usize>) -> Option<Value> {
        self.pick(DataType::Float, ranks)
    }

    /// A value that is as it should be.
    pub fn pick_where(&mut self, wanted: impl Fn(&Value) -> bool) -> Option<Value> {
        let fitting: Vec<&Value> = self.graph.values.iter().filter(|value| wanted(value)).collect();
        let last = fitting.len().checked_sub(1)?;
        let index = if self.random.chance(2) { last } else { self.random.below(last + 1) };
        Some(fitting[index].clone())
    }

    /// A constant of floats between two bounds.
    pub fn weights(&mut self, shape: &[usize], low: f32, high: f32) -> String {
        let elements: usize = shape.iter().product();
        let values: Vec<f32> = (0..elements).map(|_| self.random.float(low, high)).collect();
        self.float_constant(shape, &values)
    }

    /// A constant of these floats.
    pub fn float_constant(&mut self, shape: &[usize], values: &[f32]) -> String {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.constant(DataType::Float, shape, bytes)
    }

    /// A constant that is one whole number and has no axes.
    pub fn integer(&mut self, value: i64) -> String {
        self.constant(DataType::Int64, &[], value.to_le_bytes().into())
    }

    /// A constant list of whole numbers.
    pub fn integers(&mut self, values: &[i64]) -> String {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.constant(DataType::Int64, &[values.len()], bytes)
    }

    fn constant(&mut self, kind: DataType, shape: &[usize], raw_data: Vec<u8>) -> String {
        let name = format!("constant{}", self.graph.constants.len());
        let dims = shape.iter().map(|&extent| extent as i64).collect();
        let tensor = TensorProto { name: name.clone(), dims, data_type: kind as i32, raw_data, ..Default::default() };
        self.graph.constants.push(tensor);
        name
    }

    /// Adds a node with one output of floats.
    pub fn node(
        &mut self,
        operator: &str,
        inputs: &[&str],
        attributes: Vec<AttributeProto>,
        shape: &[usize],
    ) -> Option<Value> {
        self.typed(operator, inputs, attributes, &[(DataType::Float, shape.to_vec())]).map(|mut one| one.remove(0))
    }

    /// Adds a node with outputs of any types. Nothing comes of it if an output would be empty or large.
    pub fn typed(
        &mut self,
        operator: &str,
        inputs: &[&str],
        attribute: Vec<AttributeProto>,
        outputs: &[(DataType, Vec<usize>)],
    ) -> Option<Vec<Value>> {
        if outputs.iter().any(|(_, shape)| !(1..=MOST_ELEMENTS).contains(&shape.iter().product())) {
            return None;
        }
        let first = self.graph.values.len();
        let named = outputs.iter().enumerate();
        let outputs: Vec<Value> = named
            .map(|(index, (kind, shape))| Value {
                name: format!("v{}", first + index),
                shape: shape.clone(),
                kind: *kind,
            })
            .collect();
        self.graph.nodes.push(NodeProto {
            op_type: operator.into(),
            name: format!("node{}", self.graph.nodes.len()),
            input: inputs.iter().map(|&name| name.into()).collect(),
            output: outputs.iter().map(|value| value.name.clone()).collect(),
            attribute,
            ..Default::default()
        });
        self.graph.values.extend(outputs.iter().cloned());
        Some(outputs)
    }
}

/// A whole number as an attribute.
pub fn int(name: &str, i: i64) -> AttributeProto {
    let r#type = attribute_proto::AttributeType::Int as i32;
    AttributeProto { name: name.into(), r#type, i, ..Default::default() }
}

/// A list of whole numbers as an attribute.
pub fn ints(name: &str, values: &[usize]) -> AttributeProto {
    crate::onnx::integers(name, &values.iter().map(|&value| value as i64).collect::<Vec<_>>())
}

/// A float as an attribute.
pub fn float(name: &str, f: f32) -> AttributeProto {
    let r#type = attribute_proto::AttributeType::Float as i32;
    AttributeProto { name: name.into(), r#type, f, ..Default::default() }
}

/// A word as an attribute.
pub fn text(name: &str, s: &str) -> AttributeProto {
    let r#type = attribute_proto::AttributeType::String as i32;
    AttributeProto { name: name.into(), r#type, s: s.into(), ..Default::default() }
}
