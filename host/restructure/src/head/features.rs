//! The network without its head.

use super::locate::locate;
use crate::names::Names;
use crate::{Error, attribute, graph, normalise};
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::tensor_shape_proto::{Dimension, dimension::Value};
use tract_onnx::pb::{ModelProto, NodeProto, TensorShapeProto, TypeProto, ValueInfoProto, type_proto};

/// The same network, cut where the head reads: its only output is `features`, f32 [N, features], N being the first
/// extent of the first input. Where a value of the network has that name, the output's gets a number behind it.
///
/// # Errors
/// As [`locate`](super::locate).
pub fn features(model: &ModelProto) -> Result<ModelProto, Error> {
    let mut model = normalise::normalise(model)?;
    let graph = normalise::graph_mut(&mut model)?;
    let located = locate(graph)?;
    let name = Names::of(graph).free("features");
    graph.node.push(NodeProto {
        op_type: "Flatten".into(),
        name: name.clone(),
        input: vec![graph.node[located.node].input[0].clone()],
        output: vec![name.clone()],
        attribute: vec![attribute::new_int("axis", 1)],
        ..Default::default()
    });
    let width = Dimension { value: Some(Value::DimValue(located.head.features as i64)), ..Default::default() };
    let batch = graph.input.first().and_then(first_extent).unwrap_or_default();
    let tensor = type_proto::Tensor {
        elem_type: DataType::Float as i32,
        shape: Some(TensorShapeProto { dim: vec![batch, width] }),
    };
    let r#type = TypeProto { value: Some(type_proto::Value::TensorType(tensor)), ..Default::default() };
    graph.output = vec![ValueInfoProto { name, r#type: Some(r#type), ..Default::default() }];
    graph::sweep(graph);
    Ok(model)
}

fn first_extent(input: &ValueInfoProto) -> Option<Dimension> {
    let type_proto::Value::TensorType(tensor) = input.r#type.as_ref()?.value.as_ref()?;
    tensor.shape.as_ref()?.dim.first().cloned()
}
