//! Models that something happened to: what a stranger's file may hold.
//!
//! # Layout
//! - `bytes`: the file's bytes
//! - `extents`: numbers that are too small, too large or just beyond a limit
//! - `nodes`: operators, their inputs and outputs
//! - `attributes`: what nodes say beside their inputs
//! - `tensors`: constants' numbers, shapes and types
//! - `values`: inputs of the model, and names
//! - `crossing`: parts of another model

mod attributes;
pub mod bytes;
mod crossing;
mod extents;
mod nodes;
mod tensors;
mod values;

use crate::random::Random;
use tract_onnx::pb::{GraphProto, ModelProto};

/// Changes a graph, for which another one may give parts. Where there is nothing to change, nothing happens.
type Change = fn(&mut GraphProto, &GraphProto, &mut Random);

/// What can happen to a graph; what is here twice happens more often.
const CHANGES: &[Change] = &[
    nodes::operator,
    nodes::operator,
    nodes::input_left_out,
    nodes::input_added,
    nodes::input_replaced,
    nodes::inputs_swapped,
    nodes::node_left_out,
    nodes::node_repeated,
    nodes::output_added,
    attributes::number,
    attributes::number,
    attributes::added,
    attributes::left_out,
    tensors::numbers,
    tensors::numbers,
    tensors::numbers,
    tensors::shape,
    tensors::element_type,
    values::extent,
    values::extent,
    values::rank,
    values::element_type,
    values::fixed,
    values::fixed,
    values::name,
    crossing::nodes,
    crossing::attributes,
];

/// Does one to four things to a model. The file stays readable, so that the compiler has to see it.
pub fn mutate(model: &mut ModelProto, donor: &ModelProto, random: &mut Random) {
    let nothing = GraphProto::default();
    let donor = donor.graph.as_ref().unwrap_or(&nothing);
    for _ in 0..=random.below(4) {
        if random.chance(30) {
            let version = random.between(6, 29) as i64;
            model.opset_import.iter_mut().for_each(|import| import.version = version);
        }
        if let Some(graph) = &mut model.graph {
            random.one_of(CHANGES)(graph, donor, random);
        }
    }
}

/// One of them, if there are any.
fn any<'a, T>(all: &'a mut [T], random: &mut Random) -> Option<&'a mut T> {
    let place = random.below(all.len().max(1));
    all.get_mut(place)
}
