//! A node's attributes.

use tract_onnx::pb::attribute_proto::AttributeType;
use tract_onnx::pb::{AttributeProto, NodeProto};

pub(crate) fn find<'a>(node: &'a NodeProto, name: &str) -> Option<&'a AttributeProto> {
    node.attribute.iter().find(|attribute| attribute.name == name)
}

pub(crate) fn int(node: &NodeProto, name: &str, otherwise: i64) -> i64 {
    find(node, name).map_or(otherwise, |attribute| attribute.i)
}

pub(crate) fn float(node: &NodeProto, name: &str, otherwise: f32) -> f32 {
    find(node, name).map_or(otherwise, |attribute| attribute.f)
}

pub(crate) fn ints<'a>(node: &'a NodeProto, name: &str) -> Option<&'a [i64]> {
    find(node, name).map(|attribute| &attribute.ints[..])
}

pub(crate) fn set_int(node: &mut NodeProto, name: &str, value: i64) {
    remove(node, name);
    node.attribute.push(new_int(name, value));
}

pub(crate) fn new_int(name: &str, value: i64) -> AttributeProto {
    AttributeProto { name: name.into(), r#type: AttributeType::Int as i32, i: value, ..Default::default() }
}

pub(crate) fn remove(node: &mut NodeProto, name: &str) {
    node.attribute.retain(|attribute| attribute.name != name);
}
