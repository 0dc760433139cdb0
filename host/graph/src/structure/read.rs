//! Structure and parameters become a graph.

use super::format::{Attribute, Extent, FORMAT, Graph, Node, Scalar, Structure, Tensor, Value};
use super::scalar;
use crate::parameters::Parameters;
use crate::{Told, tensor};
use std::collections::BTreeSet;
use tract_onnx::pb::attribute_proto::AttributeType;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::tensor_shape_proto::{Dimension, dimension::Value as Dim};
use tract_onnx::pb::{
    AttributeProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, TensorProto, TensorShapeProto, TypeProto,
    ValueInfoProto, type_proto,
};

/// The version of ONNX's file format that the graph is written in.
const IR_VERSION: i64 = 8;

/// What a structure and its parameters come to.
pub(crate) struct Whole {
    pub model: ModelProto,
    /// Parameters without use.
    pub unused: Vec<String>,
    /// What the structure says beside its graph.
    pub told: Told,
}

/// Builds the graph, and tells which parameters it has no use for.
///
/// # Errors
/// If the text is no structure, or parameters are missing or do not fit: all of them, by name.
pub(crate) fn read(text: &str, parameters: &Parameters) -> Result<Whole, String> {
    let structure: Structure = serde_json::from_str(text).map_err(|error| format!("is not a structure: {error}"))?;
    if structure.format != FORMAT {
        let found = structure.format;
        return Err(format!(
            "has the format {found:?}, and {FORMAT:?} is understood; write it anew with maasm inspect"
        ));
    }
    let mut reader = Reader { parameters, used: BTreeSet::new(), missing: Vec::new(), unfit: Vec::new() };
    let Structure { labels, preprocess, scores, .. } = structure;
    let told = Told { labels, preprocess, scores, ..Told::default() };
    let Structure { opset, domains, name, inputs, outputs, parameters: tensors, nodes, .. } = structure;
    let graph = reader.graph(Graph { name, inputs, outputs, parameters: tensors, nodes })?;
    reader.fit()?;
    let unused = reader.unused().map(String::from).collect();
    let opset_import = std::iter::once((String::new(), opset))
        .chain(domains)
        .map(|(domain, version)| OperatorSetIdProto { domain, version })
        .collect();
    let model = ModelProto { ir_version: IR_VERSION, opset_import, graph: Some(graph), ..Default::default() };
    Ok(Whole { model, unused, told })
}

struct Reader<'a> {
    parameters: &'a Parameters,
    used: BTreeSet<String>,
    missing: Vec<String>,
    unfit: Vec<String>,
}

impl Reader<'_> {
    /// Parameters without use. PyTorch's batch normalisations keep a counter for training, of which nobody need be told.
    fn unused(&self) -> impl Iterator<Item = &str> {
        let names = self.parameters.keys().map(String::as_str);
        names.filter(|name| !self.used.contains(*name) && !name.ends_with(".num_batches_tracked"))
    }

    /// Complains about all parameters at once.
    fn fit(&self) -> Result<(), String> {
        if self.missing.is_empty() && self.unfit.is_empty() {
            return Ok(());
        }
        let mut parts = Vec::new();
        if !self.missing.is_empty() {
            parts.push(format!("{} missing: {}", self.missing.len(), self.missing.join(", ")));
        }
        if !self.unfit.is_empty() {
            parts.push(format!("{} of another shape or type: {}", self.unfit.len(), self.unfit.join(", ")));
        }
        let unused: Vec<&str> = self.unused().collect();
        if !unused.is_empty() {
            parts.push(format!("{} without use: {}", unused.len(), unused.join(", ")));
        }
        Err(format!("the parameters do not fit: {}", parts.join("; ")))
    }

    fn graph(&mut self, graph: Graph) -> Result<GraphProto, String> {
        let mut initializer = Vec::with_capacity(graph.parameters.len());
        for (name, tensor) in graph.parameters {
            let mut proto = self.tensor(tensor, &name).map_err(|why| format!("parameter {name:?}: {why}"))?;
            proto.name = name;
            initializer.push(proto);
        }
        Ok(GraphProto {
            name: graph.name,
            input: graph.inputs.into_iter().map(value).collect::<Result<_, _>>()?,
            output: graph.outputs.into_iter().map(value).collect::<Result<_, _>>()?,
            node: graph.nodes.into_iter().map(|node| self.node(node)).collect::<Result<_, _>>()?,
            initializer,
            ..Default::default()
        })
    }

    fn node(&mut self, node: Node) -> Result<NodeProto, String> {
        let mut attributes = Vec::with_capacity(node.attributes.len());
        for (name, attribute) in node.attributes {
            let read = self.attribute(attribute);
            let mut proto = read.map_err(|why| format!("node {:?}, attribute {name:?}: {why}", node.name))?;
            proto.name = name;
            attributes.push(proto);
        }
        Ok(NodeProto {
            op_type: node.operator,
            domain: node.domain,
            name: node.name,
            input: node.inputs,
            output: node.outputs,
            attribute: attributes,
            ..Default::default()
        })
    }

    fn attribute(&mut self, attribute: Attribute) -> Result<AttributeProto, String> {
        let mut proto = AttributeProto::default();
        let float = |value: &Scalar| scalar::to_f64(value).map(|value| value as f32);
        let r#type = match attribute {
            Attribute::Int(value) => {
                proto.i = value;
                AttributeType::Int
            }
            Attribute::Float(value) => {
                proto.f = float(&value)?;
                AttributeType::Float
            }
            Attribute::String(value) => {
                proto.s = value.into_bytes();
                AttributeType::String
            }
            Attribute::Tensor(value) => {
                proto.t = Some(self.attribute_tensor(value)?);
                AttributeType::Tensor
            }
            Attribute::Graph(value) => {
                proto.g = Some(self.graph(value)?);
                AttributeType::Graph
            }
            Attribute::Ints(values) => {
                proto.ints = values;
                AttributeType::Ints
            }
            Attribute::Floats(values) => {
                proto.floats = values.iter().map(float).collect::<Result<_, _>>()?;
                AttributeType::Floats
            }
            Attribute::Strings(values) => {
                proto.strings = values.into_iter().map(String::into_bytes).collect();
                AttributeType::Strings
            }
            Attribute::Tensors(values) => {
                proto.tensors = values.into_iter().map(|t| self.attribute_tensor(t)).collect::<Result<_, _>>()?;
                AttributeType::Tensors
            }
            Attribute::Graphs(values) => {
                proto.graphs = values.into_iter().map(|g| self.graph(g)).collect::<Result<_, _>>()?;
                AttributeType::Graphs
            }
        };
        proto.r#type = r#type as i32;
        Ok(proto)
    }

    fn attribute_tensor(&mut self, mut tensor: Tensor) -> Result<TensorProto, String> {
        let name = tensor.parameter.take();
        match (&name, &tensor.values) {
            (None, None) => Err("has neither values nor the name of a parameter".into()),
            (None, Some(_)) => self.inline(&tensor),
            (Some(name), _) => self.tensor(tensor, name),
        }
    }

    /// A tensor that the parameters hold, or else the structure itself. What is missing or unfit is only noted.
    fn tensor(&mut self, tensor: Tensor, name: &str) -> Result<TensorProto, String> {
        let name = tensor.parameter.as_deref().unwrap_or(name);
        let Some(array) = self.parameters.get(name) else {
            if tensor.values.is_some() {
                return self.inline(&tensor);
            }
            self.missing.push(name.into());
            return Ok(TensorProto::default());
        };
        self.used.insert(name.into());
        let data_type = named(&tensor.element_type)?;
        let data = if array.shape == tensor.shape { array.converted(data_type) } else { None };
        let Some(data) = data else {
            let (found, shape) = (tensor::type_name(array.data_type), &array.shape);
            let (wanted, wanted_shape) = (&tensor.element_type, &tensor.shape);
            self.unfit.push(format!("{name} ({found} {shape:?} for {wanted} {wanted_shape:?})"));
            return Ok(TensorProto::default());
        };
        Ok(TensorProto { data_type: data_type as i32, dims: tensor.shape, raw_data: data, ..Default::default() })
    }

    fn inline(&self, tensor: &Tensor) -> Result<TensorProto, String> {
        let data_type = named(&tensor.element_type)?;
        let mut proto = TensorProto { data_type: data_type as i32, dims: tensor.shape.clone(), ..Default::default() };
        let values = tensor.values.as_deref().unwrap_or_default();
        if data_type == DataType::String {
            let text = |value: &Scalar| match value {
                Scalar::Text(text) => Ok(text.clone().into_bytes()),
                other => Err(format!("{other:?} is not text")),
            };
            proto.string_data = values.iter().map(text).collect::<Result<_, _>>()?;
        } else {
            proto.raw_data = scalar::write_elements(data_type, values)?;
        }
        tensor::make_dense(&mut proto)?;
        Ok(proto)
    }
}

fn named(name: &str) -> Result<DataType, String> {
    tensor::type_named(name).ok_or_else(|| format!("{name:?} is no element type; float and int64 are examples"))
}

fn value(value: Value) -> Result<ValueInfoProto, String> {
    let Some(name) = value.element_type else {
        return Ok(ValueInfoProto { name: value.name, ..Default::default() });
    };
    let elem_type = named(&name).map_err(|why| format!("{:?}: {why}", value.name))? as i32;
    let dimension = |extent| Dimension {
        value: match extent {
            Extent::Fixed(extent) => Some(Dim::DimValue(extent)),
            Extent::Named(name) => Some(Dim::DimParam(name)),
            Extent::Open(()) => None,
        },
        ..Default::default()
    };
    let shape = value.shape.map(|shape| TensorShapeProto { dim: shape.into_iter().map(dimension).collect() });
    let tensor = type_proto::Value::TensorType(type_proto::Tensor { elem_type, shape });
    let r#type = Some(TypeProto { value: Some(tensor), ..Default::default() });
    Ok(ValueInfoProto { name: value.name, r#type, ..Default::default() })
}
