//! Small ONNX models, built in memory.

use prost::Message;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::tensor_shape_proto::{Dimension, dimension};
use tract_onnx::pb::*;

/// A node; named after its first output.
pub fn node(operator: &str, inputs: &[&str], outputs: &[&str], attribute: Vec<AttributeProto>) -> NodeProto {
    NodeProto {
        op_type: operator.into(),
        name: outputs.first().copied().unwrap_or_default().into(),
        input: inputs.iter().map(|&name| name.into()).collect(),
        output: outputs.iter().map(|&name| name.into()).collect(),
        attribute,
        ..Default::default()
    }
}

/// A list of whole numbers as an attribute.
pub fn integers(name: &str, ints: &[i64]) -> AttributeProto {
    let r#type = attribute_proto::AttributeType::Ints as i32;
    AttributeProto { name: name.into(), r#type, ints: ints.to_vec(), ..Default::default() }
}

/// An f32 input or output.
pub fn value(name: &str, shape: &[i64]) -> ValueInfoProto {
    value_of(DataType::Float, name, shape)
}

/// An input or output of this type.
pub fn value_of(data_type: DataType, name: &str, shape: &[i64]) -> ValueInfoProto {
    let dim =
        shape.iter().map(|&extent| Dimension { value: Some(dimension::Value::DimValue(extent)), ..Default::default() });
    let shape = Some(TensorShapeProto { dim: dim.collect() });
    let tensor = type_proto::Tensor { elem_type: data_type as i32, shape };
    let r#type = TypeProto { value: Some(type_proto::Value::TensorType(tensor)), ..Default::default() };
    ValueInfoProto { name: name.into(), r#type: Some(r#type), ..Default::default() }
}

/// An f32 initialiser of values that differ, are small and are the same every time.
pub fn weights(name: &str, shape: &[i64]) -> TensorProto {
    let elements: i64 = shape.iter().product();
    let value = |index: i64| ((index * 7919 + 13) % 251) as f32 / 251.0 + 0.01;
    TensorProto {
        name: name.into(),
        dims: shape.to_vec(),
        data_type: DataType::Float as i32,
        raw_data: (0..elements).flat_map(|index| value(index).to_le_bytes()).collect(),
        ..Default::default()
    }
}

/// An initialiser of whole numbers.
pub fn whole_numbers(name: &str, dims: &[i64], values: &[i64]) -> TensorProto {
    TensorProto {
        name: name.into(),
        dims: dims.into(),
        data_type: DataType::Int64 as i32,
        raw_data: values.iter().flat_map(|value| value.to_le_bytes()).collect(),
        ..Default::default()
    }
}

/// A model of one graph, operator set 13.
pub fn model(graph: GraphProto) -> ModelProto {
    ModelProto {
        ir_version: 8,
        opset_import: vec![OperatorSetIdProto { domain: String::new(), version: 13 }],
        graph: Some(graph),
        ..Default::default()
    }
}

/// A network with one of each common layer: `image` [1,3,8,8] → convolution, batch normalisation, ReLU, global
/// average pooling, a reshape and a fully connected layer → `scores` [1,5].
pub fn small_network() -> ModelProto {
    let shape = TensorProto {
        name: "features".into(),
        dims: vec![2],
        data_type: DataType::Int64 as i32,
        int64_data: vec![1, 4],
        ..Default::default()
    };
    model(GraphProto {
        name: "small".into(),
        input: vec![value("image", &[1, 3, 8, 8])],
        output: vec![value("scores", &[1, 5])],
        initializer: vec![
            weights("conv.weight", &[4, 3, 3, 3]),
            weights("bn.weight", &[4]),
            weights("bn.bias", &[4]),
            weights("bn.mean", &[4]),
            weights("bn.variance", &[4]),
            shape,
            weights("fc.weight", &[4, 5]),
            weights("fc.bias", &[5]),
        ],
        node: vec![
            node("Conv", &["image", "conv.weight"], &["conv"], vec![integers("pads", &[1, 1, 1, 1])]),
            node("BatchNormalization", &["conv", "bn.weight", "bn.bias", "bn.mean", "bn.variance"], &["bn"], vec![]),
            node("Relu", &["bn"], &["relu"], vec![]),
            node("GlobalAveragePool", &["relu"], &["pool"], vec![]),
            node("Reshape", &["pool", "features"], &["flat"], vec![]),
            node("Gemm", &["flat", "fc.weight", "fc.bias"], &["scores"], vec![]),
        ],
        ..Default::default()
    })
}

/// The file's bytes.
pub fn encode(model: &ModelProto) -> Vec<u8> {
    model.encode_to_vec()
}
