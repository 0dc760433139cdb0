//! Tensors that a small file asks for in a few bytes: refused before the front end makes them.

use super::Error;
use std::collections::HashMap;
use tract_onnx::pb::{GraphProto, ModelProto, TensorProto};

/// The most elements that one tensor may have: more would not fit a component's 32-bit memory.
const MAX_ELEMENTS: u128 = 1 << 30;

/// Refuses `ConstantOfShape` and `Expand` to more elements than a component could hold.
///
/// # Errors
/// Names the first such node.
pub fn refuse_enormous(model: &ModelProto) -> Result<(), Error> {
    let Some(graph) = &model.graph else { return Ok(()) };
    let known = constants(graph);
    for node in &graph.node {
        let shape = match (node.op_type.as_str(), &node.input[..]) {
            ("ConstantOfShape", [shape, ..]) | ("Expand", [_, shape, ..]) => shape,
            _ => continue,
        };
        let Some(shape) = known.get(shape.as_str()).and_then(|tensor| integers(tensor)) else { continue };
        let elements = shape.iter().try_fold(1u128, |n, &d| n.checked_mul(d.unsigned_abs().max(1).into()));
        if elements.is_none_or(|n| n > MAX_ELEMENTS) {
            return Err(Error::Invalid(format!(
                "{} ({}) makes a tensor of shape {shape:?}, more than a component can hold ({MAX_ELEMENTS} elements)",
                node.op_type, node.name
            )));
        }
    }
    Ok(())
}

fn constants(graph: &GraphProto) -> HashMap<&str, &TensorProto> {
    let initializers = graph.initializer.iter().map(|tensor| (tensor.name.as_str(), tensor));
    let nodes = graph.node.iter().filter(|node| node.op_type == "Constant").filter_map(|node| {
        let value = node.attribute.iter().find(|attribute| attribute.name == "value")?;
        Some((node.output.first()?.as_str(), value.t.as_ref()?))
    });
    initializers.chain(nodes).collect()
}

/// The elements of an int64 tensor.
fn integers(tensor: &TensorProto) -> Option<Vec<i64>> {
    const INT64: i32 = 7;
    if tensor.data_type != INT64 {
        return None;
    }
    if tensor.raw_data.is_empty() {
        return Some(tensor.int64_data.clone());
    }
    Some(tensor.raw_data.as_chunks().0.iter().map(|bytes| i64::from_le_bytes(*bytes)).collect())
}
