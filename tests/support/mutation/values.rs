//! Inputs of the model, and names.

use super::{any, extents, nodes};
use crate::onnx::{value, whole_numbers};
use crate::random::Random;
use tract_onnx::pb::tensor_shape_proto::dimension::Value as Extent;
use tract_onnx::pb::{GraphProto, ValueInfoProto, type_proto};

/// An input is longer or shorter along an axis.
pub fn extent(graph: &mut GraphProto, _: &GraphProto, random: &mut Random) {
    let Some(shape) = any(&mut graph.input, random).and_then(tensor_type).and_then(|tensor| tensor.shape.as_mut())
    else {
        return;
    };
    if let Some(dim) = any(&mut shape.dim, random) {
        dim.value = match random.below(8) {
            0 => None,
            1 => Some(Extent::DimParam("n".into())),
            _ => Some(Extent::DimValue(extents::extent(random))),
        };
    }
}

/// An input has another shape altogether.
pub fn rank(graph: &mut GraphProto, _: &GraphProto, random: &mut Random) {
    if let Some(input) = any(&mut graph.input, random) {
        *input = value(&input.name, &extents::extents(random));
    }
}

/// An input is of another type, or an output is said to be.
pub fn element_type(graph: &mut GraphProto, _: &GraphProto, random: &mut Random) {
    let ports = if random.chance(4) { &mut graph.output } else { &mut graph.input };
    if let Some(tensor) = any(ports, random).and_then(tensor_type) {
        tensor.elem_type = random.below(24) as i32;
    }
}

/// An input becomes a constant of whole numbers, so that what they say is known to the compiler.
pub fn fixed(graph: &mut GraphProto, _: &GraphProto, random: &mut Random) {
    let Some(name) = any(&mut graph.input, random).map(|input| input.name.clone()) else { return };
    let values = extents::extents(random);
    let scalar = random.chance(4);
    let tensor = match values.first() {
        Some(&value) if scalar => whole_numbers(&name, &[], &[value]),
        _ => whole_numbers(&name, &[values.len() as i64], &values),
    };
    graph.initializer.retain(|other| other.name != name);
    graph.initializer.push(tensor);
}

/// Something takes the name of something else, or a name that is hard to show.
pub fn name(graph: &mut GraphProto, _: &GraphProto, random: &mut Random) {
    let name = match random.below(4) {
        0 => random.one_of(&["", "\n", "\"><script>", "/", "//a/", "a/b/c", "\u{202e}é", "x=1"]).to_owned(),
        _ => nodes::value(graph, random),
    };
    match random.below(5) {
        0 => any(&mut graph.node, random).into_iter().for_each(|node| node.name = name.clone()),
        1 => {
            let node = any(&mut graph.node, random);
            node.and_then(|node| any(&mut node.output, random)).into_iter().for_each(|output| *output = name.clone());
        }
        2 => any(&mut graph.initializer, random).into_iter().for_each(|tensor| tensor.name = name.clone()),
        3 => any(&mut graph.input, random).into_iter().for_each(|input| input.name = name.clone()),
        _ => any(&mut graph.output, random).into_iter().for_each(|output| output.name = name.clone()),
    }
}

fn tensor_type(port: &mut ValueInfoProto) -> Option<&mut type_proto::Tensor> {
    let type_proto::Value::TensorType(tensor) = port.r#type.as_mut()?.value.as_mut()?;
    Some(tensor)
}
