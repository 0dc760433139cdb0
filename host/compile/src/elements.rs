//! Element types that nothing here computes with: told by the node that reads or makes one, before the front end reads
//! the file.

use super::Unsupported;
use maasm_graph::index;
use std::collections::HashMap;
use tract_onnx::pb::{AttributeProto, GraphProto, NodeProto, type_proto};

/// ONNX's numbers of the types that steps take.
const KNOWN: [i32; 12] = [1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13];
/// The others, by ONNX's numbers.
const NAMES: [(i32, &str); 14] = [
    (8, "text"),
    (14, "complex64"),
    (15, "complex128"),
    (16, "bfloat16"),
    (17, "float8e4m3fn"),
    (18, "float8e4m3fnuz"),
    (19, "float8e5m2"),
    (20, "float8e5m2fnuz"),
    (21, "uint4"),
    (22, "int4"),
    (23, "float4e2m1"),
    (24, "float8e8m0"),
    (25, "uint2"),
    (26, "int2"),
];
/// Attributes that name an element type.
const TYPES: [&str; 5] = ["to", "dtype", "output_dtype", "precision", "softmax_precision"];
/// The element type of floats where there is no other.
const FLOAT: i32 = 1;

/// Every node that reads or makes elements of such a type.
pub fn foreign(graph: &GraphProto) -> Vec<Unsupported> {
    let given = graph.input.iter().filter_map(|input| match input.r#type.as_ref()?.value.as_ref()? {
        type_proto::Value::TensorType(tensor) => Some((input.name.as_str(), tensor.elem_type)),
    });
    let known = graph.initializer.iter().map(|tensor| (tensor.name.as_str(), tensor.data_type));
    let types: HashMap<&str, i32> = given.chain(known).collect();
    graph.node.iter().filter_map(|node| of_node(node, &types)).collect()
}

fn of_node(node: &NodeProto, types: &HashMap<&str, i32>) -> Option<Unsupported> {
    let read = node.input.iter().filter_map(|name| Some((format!("its input {name:?}"), *types.get(name.as_str())?)));
    let (what, name) = read.chain(node.attribute.iter().filter_map(of_attribute)).find_map(|(what, data_type)| {
        let foreign = !KNOWN.contains(&data_type) && data_type != 0;
        foreign.then(|| (what, NAMES.iter().find(|(number, _)| *number == data_type).map_or("?", |(_, name)| *name)))
    })?;
    Some(Unsupported {
        node: index::name(node).to_owned(),
        operator: node.op_type.clone(),
        reason: format!(
            "{what} is of {name}, which is not supported; export the model with float, float16 or integers"
        ),
    })
}

/// What an attribute says, and of which type it is.
fn of_attribute(attribute: &AttributeProto) -> Option<(String, i32)> {
    if let Some(tensor) = &attribute.t {
        return Some((format!("its attribute {:?}", attribute.name), tensor.data_type));
    }
    if attribute.name == "value_string" || attribute.name == "value_strings" {
        return Some((format!("its attribute {:?}", attribute.name), 8));
    }
    let data_type = i32::try_from(attribute.i).unwrap_or(FLOAT);
    TYPES.contains(&attribute.name.as_str()).then(|| ("what it makes".to_owned(), data_type))
}
