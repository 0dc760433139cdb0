//! The shapes of a model's values, as far as they follow from its inputs; also of a model that does not compile.

use super::allowance::{Allowance, FREE};
use super::{Error, Options, contain, front, guard, linear, names};
use std::collections::HashMap;
use tract_onnx::pb::ModelProto;
use tract_onnx::tract_hir::internal::*;

/// Shapes by the value's name.
pub type Shapes = HashMap<String, Vec<usize>>;

/// Every shape that can be told; none at all of a model that the front end refuses.
pub fn shapes(model: &ModelProto, options: &Options) -> Shapes {
    contain::contain(|| infer(model, options)).ok().and_then(Result::ok).unwrap_or_default()
}

fn infer(model: &ModelProto, options: &Options) -> Result<Shapes, Error> {
    let mut inference = front::parsed(&names::distinct(linear::expand(model)))?;
    guard::share(&mut inference, &Allowance::of(model, FREE));
    front::fix_shapes(&mut inference, options)?;
    // What cannot be inferred stays open; everything else is still told.
    let _ = inference.analyse(true);
    let mut shapes = Shapes::new();
    for node in inference.nodes() {
        for (slot, output) in node.outputs.iter().enumerate() {
            let name = inference.outlet_label(OutletId::new(node.id, slot)).unwrap_or(&node.name);
            let shape = output.fact.shape.concretize();
            let shape = shape.and_then(|dims| dims.iter().map(|dim| dim.to_usize().ok()).collect());
            shapes.extend(shape.map(|shape| (name.to_owned(), shape)));
        }
    }
    Ok(shapes)
}
