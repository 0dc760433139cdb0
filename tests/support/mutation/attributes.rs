//! What nodes say beside their inputs.

use super::extents::{extent, extents, float};
use super::{any, tensors};
use crate::onnx::integers;
use crate::random::Random;
use tract_onnx::pb::attribute_proto::AttributeType;
use tract_onnx::pb::{AttributeProto, GraphProto};

/// Attributes that are lists of whole numbers.
const LISTS: [&str; 12] = [
    "axes",
    "dilations",
    "kernel_shape",
    "output_padding",
    "output_shape",
    "pads",
    "perm",
    "shape",
    "size",
    "split",
    "strides",
    "value_ints",
];
/// Attributes that are one whole number.
const NUMBERS: [&str; 18] = [
    "allowzero",
    "axis",
    "batch_dims",
    "blocksize",
    "ceil_mode",
    "depth",
    "dtype",
    "group",
    "hidden_size",
    "k",
    "keepdims",
    "num_outputs",
    "p",
    "sample_size",
    "size",
    "storage_order",
    "to",
    "value_int",
];
/// Attributes that are one word, and words that some of them know.
const WORDS: [(&str, &str); 10] = [
    ("auto_pad", "SAME_UPPER"),
    ("auto_pad", "SAME_LOWER"),
    ("coordinate_transformation_mode", "tf_crop_and_resize"),
    ("equation", "ij,jk->ik"),
    ("equation", "...ii->...i"),
    ("mode", "cubic"),
    ("mode", "reflect"),
    ("mode", "wrap"),
    ("nearest_mode", "ceil"),
    ("reduction", "none"),
];

/// A number in an attribute becomes another one.
pub fn number(graph: &mut GraphProto, _: &GraphProto, random: &mut Random) {
    let Some(node) = any(&mut graph.node, random) else { return };
    let Some(attribute) = any(&mut node.attribute, random) else { return };
    match AttributeType::try_from(attribute.r#type) {
        Ok(AttributeType::Int) => attribute.i = extent(random),
        Ok(AttributeType::Float) => attribute.f = float(random),
        Ok(AttributeType::Ints) if random.chance(4) => attribute.ints = extents(random),
        Ok(AttributeType::Ints) => any(&mut attribute.ints, random).into_iter().for_each(|i| *i = extent(random)),
        Ok(AttributeType::Floats) => any(&mut attribute.floats, random).into_iter().for_each(|f| *f = float(random)),
        Ok(AttributeType::String) => attribute.s = random.one_of(&WORDS).1.as_bytes().to_vec(),
        Ok(AttributeType::Tensor) => attribute.t.iter_mut().for_each(|tensor| tensors::change(tensor, random)),
        _ => attribute.r#type = random.below(15) as i32,
    }
}

/// A node gets an attribute, or one that it has another value.
pub fn added(graph: &mut GraphProto, _: &GraphProto, random: &mut Random) {
    let Some(node) = any(&mut graph.node, random) else { return };
    let attribute = match random.below(5) {
        0 | 1 => integers(random.one_of(&LISTS), &extents(random)),
        2 | 3 => {
            let (name, r#type) = (random.one_of(&NUMBERS).into(), AttributeType::Int as i32);
            AttributeProto { name, r#type, i: extent(random), ..Default::default() }
        }
        _ => {
            let (name, word) = random.one_of(&WORDS);
            let r#type = AttributeType::String as i32;
            AttributeProto { name: name.into(), r#type, s: word.as_bytes().to_vec(), ..Default::default() }
        }
    };
    node.attribute.retain(|other| other.name != attribute.name);
    node.attribute.push(attribute);
}

/// A node loses an attribute.
pub fn left_out(graph: &mut GraphProto, _: &GraphProto, random: &mut Random) {
    if let Some(node) = any(&mut graph.node, random).filter(|node| !node.attribute.is_empty()) {
        node.attribute.remove(random.below(node.attribute.len()));
    }
}
