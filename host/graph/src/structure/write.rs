//! A graph becomes structure and parameters.

use super::format::{Attribute, Extent, FORMAT, Graph, Node, Scalar, Structure, Tensor, Value};
use super::layout::Lines;
use super::scalar;
use crate::parameters::{Array, Parameters};
use crate::tensor;
use serde::Serialize;
use std::collections::BTreeMap;
use tract_onnx::pb::attribute_proto::AttributeType;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::tensor_shape_proto::dimension::Value as Dim;
use tract_onnx::pb::{AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto, ValueInfoProto, type_proto};

/// A model in two.
pub struct Parts {
    /// The structure, JSON text.
    pub structure: String,
    /// The parameters, a `.safetensors` file's bytes.
    pub parameters: Vec<u8>,
}

/// Takes a checked model apart. The same model gives the same bytes.
///
/// # Errors
/// If the model holds what the formats have no room for.
pub(crate) fn write(model: &ModelProto) -> Result<Parts, String> {
    if let Some(function) = model.functions.first() {
        let name = function.name();
        return Err(format!("defines the function {name:?}; inline it with onnx.inliner and try again"));
    }
    let mut writer = Writer { parameters: Parameters::new() };
    let Graph { name, inputs, outputs, parameters, nodes } =
        writer.graph(model.graph.as_ref().ok_or("has no graph")?)?;
    let (format, domains) = (FORMAT.into(), BTreeMap::new());
    let (labels, preprocess, scores) = (None, None, None);
    let mut structure =
        Structure { format, opset: 0, domains, name, inputs, outputs, parameters, nodes, labels, preprocess, scores };
    for import in &model.opset_import {
        match import.domain.as_str() {
            "" | "ai.onnx" => structure.opset = import.version,
            domain => _ = structure.domains.insert(domain.into(), import.version),
        }
    }
    let mut text = Vec::new();
    let mut serializer = serde_json::Serializer::with_formatter(&mut text, Lines::default());
    structure.serialize(&mut serializer).map_err(|error| error.to_string())?;
    text.push(b'\n');
    let structure = String::from_utf8(text).map_err(|error| error.to_string())?;
    Ok(Parts { structure, parameters: crate::parameters::safetensors::write(&writer.parameters)? })
}

/// Collects parameters under names that are unique in the whole model.
struct Writer {
    parameters: Parameters,
}

impl Writer {
    fn graph(&mut self, graph: &GraphProto) -> Result<Graph, String> {
        let parameter = |tensor: &TensorProto| {
            let found =
                self.tensor(tensor, &tensor.name).map_err(|why| format!("initialiser {:?}: {why}", tensor.name));
            Ok::<_, String>((tensor.name.clone(), found?))
        };
        Ok(Graph {
            parameters: graph.initializer.iter().map(parameter).collect::<Result<_, _>>()?,
            name: graph.name.clone(),
            inputs: graph.input.iter().map(value).collect::<Result<_, _>>()?,
            outputs: graph.output.iter().map(value).collect::<Result<_, _>>()?,
            nodes: graph.node.iter().map(|node| self.node(node)).collect::<Result<_, _>>()?,
        })
    }

    fn node(&mut self, node: &NodeProto) -> Result<Node, String> {
        let own = match (&node.name, node.output.first()) {
            (name, Some(output)) if name.is_empty() => output,
            (name, _) => name,
        };
        let mut attributes = BTreeMap::new();
        for attribute in &node.attribute {
            let place = format!("{own}.{}", attribute.name);
            let written = self.attribute(attribute, &place).map_err(|why| format!("attribute {place:?}: {why}"))?;
            attributes.insert(attribute.name.clone(), written);
        }
        let domain = if node.domain == "ai.onnx" { String::new() } else { node.domain.clone() };
        let (operator, name) = (node.op_type.clone(), node.name.clone());
        Ok(Node { operator, domain, name, inputs: node.input.clone(), outputs: node.output.clone(), attributes })
    }

    fn attribute(&mut self, attribute: &AttributeProto, place: &str) -> Result<Attribute, String> {
        let text = |bytes: &Vec<u8>| String::from_utf8(bytes.clone()).map_err(|_| "it is not UTF-8 text".to_string());
        Ok(match AttributeType::try_from(attribute.r#type).unwrap_or(AttributeType::Undefined) {
            AttributeType::Int => Attribute::Int(attribute.i),
            AttributeType::Float => Attribute::Float(scalar::from_f32(attribute.f)),
            AttributeType::String => Attribute::String(text(&attribute.s)?),
            AttributeType::Tensor => {
                Attribute::Tensor(self.tensor(attribute.t.as_ref().ok_or("it holds no tensor")?, place)?)
            }
            AttributeType::Graph => Attribute::Graph(self.graph(attribute.g.as_ref().ok_or("it holds no graph")?)?),
            AttributeType::Ints => Attribute::Ints(attribute.ints.clone()),
            AttributeType::Floats => Attribute::Floats(attribute.floats.iter().map(|&f| scalar::from_f32(f)).collect()),
            AttributeType::Strings => Attribute::Strings(attribute.strings.iter().map(text).collect::<Result<_, _>>()?),
            AttributeType::Tensors => Attribute::Tensors(
                attribute.tensors.iter().map(|tensor| self.tensor(tensor, place)).collect::<Result<_, _>>()?,
            ),
            AttributeType::Graphs => {
                Attribute::Graphs(attribute.graphs.iter().map(|graph| self.graph(graph)).collect::<Result<_, _>>()?)
            }
            other => return Err(format!("the structure format has no room for its type {}", other.as_str_name())),
        })
    }

    fn tensor(&mut self, proto: &TensorProto, name: &str) -> Result<Tensor, String> {
        let data_type = tensor::data_type(proto.data_type)?;
        let mut written = Tensor {
            element_type: tensor::type_name(data_type),
            shape: proto.dims.clone(),
            values: inline(proto, data_type)?,
            parameter: None,
        };
        if written.values.is_none() {
            let mut unique = name.to_string();
            let mut copy = 1;
            while self.parameters.contains_key(&unique) {
                copy += 1;
                unique = format!("{name}#{copy}");
            }
            if unique != proto.name {
                written.parameter = Some(unique.clone());
            }
            let array = Array { data_type, shape: proto.dims.clone(), data: proto.raw_data.clone() };
            self.parameters.insert(unique, array);
        }
        Ok(written)
    }
}

/// The values of a tensor that says how to compute rather than what was learnt: a few whole numbers (a shape, axes),
/// a single float (a bound of Clip), or text.
fn inline(proto: &TensorProto, data_type: DataType) -> Result<Option<Vec<Scalar>>, String> {
    const WHOLE_NUMBERS: u64 = 64;
    let few = match data_type {
        DataType::String => {
            let text = |bytes: &Vec<u8>| String::from_utf8(bytes.clone()).map(Scalar::Text);
            let texts = proto.string_data.iter().map(text).collect::<Result<_, _>>();
            return texts.map(Some).map_err(|_| "its strings are not UTF-8 text".into());
        }
        DataType::Float | DataType::Double => 1,
        _ => WHOLE_NUMBERS,
    };
    let elements = tensor::elements(&proto.dims)?;
    Ok((elements <= few).then(|| scalar::read_elements(data_type, &proto.raw_data)).flatten())
}

fn value(value: &ValueInfoProto) -> Result<Value, String> {
    let name = value.name.clone();
    let Some(type_proto::Value::TensorType(tensor)) = value.r#type.as_ref().and_then(|t| t.value.as_ref()) else {
        return Ok(Value { name, element_type: None, shape: None });
    };
    let data_type = tensor::data_type(tensor.elem_type).map_err(|why| format!("{name:?}: {why}"))?;
    let shape = tensor.shape.as_ref().map(|shape| {
        let extent = |value: &Option<Dim>| match value {
            Some(Dim::DimValue(extent)) => Extent::Fixed(*extent),
            Some(Dim::DimParam(name)) => Extent::Named(name.clone()),
            None => Extent::Open(()),
        };
        shape.dim.iter().map(|dim| extent(&dim.value)).collect()
    });
    Ok(Value { name, element_type: Some(tensor::type_name(data_type)), shape })
}
