//! tract as the front end: an ONNX graph becomes typed core operators of fixed shapes, constants folded.
//!
//! tract's further simplification (`into_decluttered`) is left out on purpose: it drops the batch axis, turns 1×1
//! convolutions into einsums and pulls them through concatenations, which loses the pictures that the kernels work
//! on.

use super::allowance::{self, Allowance};
use super::{Error, Note, Options, Unsupported, contain, elements, guard, linear, names, outputs};
use outputs::Aliases;
use tract_onnx::pb::{ModelProto, NodeProto};
use tract_onnx::tract_core::optim::Optimizer;
use tract_onnx::tract_hir::internal::*;
use tract_onnx::tract_hir::ops::unimpl::UnimplementedOp;

/// Parses, fixes shapes, infers types and folds constants. Also what the user should know, and other names of outputs.
///
/// # Errors
/// If the graph is invalid, has operators that tract does not know, leaves shapes open, or asks for too much.
pub fn typed(
    model: &ModelProto,
    options: &Options,
    allowance: &Allowance,
) -> Result<(TypedModel, Vec<Note>, Aliases), Error> {
    let (model, aliases) = outputs::copied(linear::expand(model));
    let model = &*names::distinct(model);
    let mut foreign: Vec<_> = model.graph.iter().flat_map(|graph| &graph.node).filter_map(foreign).collect();
    foreign.extend(model.graph.iter().flat_map(elements::foreign));
    if !foreign.is_empty() {
        return Err(Error::Unsupported(foreign));
    }
    let mut inference = parsed(model)?;
    let unknown: Vec<_> = inference.nodes().iter().filter_map(unimplemented).collect();
    if !unknown.is_empty() {
        return Err(Error::Unsupported(unknown));
    }
    guard::share(&mut inference, allowance);
    let notes = fix_shapes(&mut inference, options)?;
    let mut typed = inference.into_typed().map_err(invalid)?;
    allowance::check(&typed, allowance).map_err(|why| Error::Invalid(format!("the model is too large: {why}")))?;
    // What tract cannot compute of constants is left to the lowering.
    let folded = contain::contain(|| {
        let mut folded = typed.clone();
        Optimizer::prop_consts().optimize(&mut folded).map(|()| folded)
    });
    if let Ok(Ok(folded)) = folded {
        typed = folded;
    }
    typed.compact().map_err(invalid)?;
    Ok((typed, notes, aliases))
}

/// The graph as tract reads it, nothing inferred yet.
pub(super) fn parsed(model: &ModelProto) -> Result<InferenceModel, Error> {
    let onnx = guard::onnx().with_ignore_output_shapes(true).with_ignore_value_info(true);
    onnx.model_for_proto_model(model).map_err(invalid)
}

pub(super) fn invalid(error: TractError) -> Error {
    // Where it was noticed says no more than the refusal itself.
    if let Some(refusal) = error.chain().find_map(|cause| cause.downcast_ref::<guard::TooLarge>()) {
        return Error::Invalid(refusal.to_string());
    }
    let causes: Vec<_> = error.chain().map(|cause| cause.to_string().replace('\n', " ")).collect();
    Error::Invalid(format!("the model is invalid: {}", causes.join(": ")))
}

/// An operator outside ONNX's own set. tract goes by the name alone, and would take it for a namesake in that set.
fn foreign(node: &NodeProto) -> Option<Unsupported> {
    let domain = node.domain.as_str();
    (!matches!(domain, "" | "ai.onnx")).then(|| Unsupported {
        node: node.name.clone(),
        operator: node.op_type.clone(),
        reason: format!("its domain {domain:?} is not ONNX's own; export the model without custom operators"),
    })
}

fn unimplemented(node: &InferenceNode) -> Option<Unsupported> {
    let op = node.op_as::<UnimplementedOp>()?;
    let operator = op.name().trim_start_matches("Unimplemented(").trim_end_matches(')').to_owned();
    let known = guard::WITHOUT_LOWERING.contains(&operator.as_str());
    let reason = if known { "no lowering for this operator yet" } else { "unknown operator" };
    Some(Unsupported { node: node.name.clone(), operator, reason: reason.into() })
}

/// Gives every input a fixed shape: the user's, else the model's with an open first axis set to 1, of which there is a note.
pub(super) fn fix_shapes(model: &mut InferenceModel, options: &Options) -> Result<Vec<Note>, Error> {
    let mut notes = Vec::new();
    let names: Vec<String> = model.inputs.iter().map(|i| model.node(i.node).name.clone()).collect();
    for (name, _) in &options.shapes {
        if !names.contains(name) {
            return Err(Error::Invalid(format!("there is no input {name:?} to shape; the inputs are {names:?}")));
        }
    }
    for (index, name) in names.iter().enumerate() {
        let fact = model.input_fact(index).map_err(invalid)?.clone();
        let shape = match options.shapes.iter().find(|(wanted, _)| wanted == name) {
            Some((_, shape)) => shape.clone(),
            None => {
                let shape = declared_shape(name, &fact)?;
                if fact.shape.dim(0).is_some_and(|dim| dim.concretize().is_none_or(|dim| dim.to_usize().is_err())) {
                    notes.push(Note::OpenBatch { input: name.clone(), shape: shape.clone() });
                }
                shape
            }
        };
        let element_type = fact.datum_type.concretize().unwrap_or(f32::datum_type());
        allowance::bytes(&shape, element_type)
            .map_err(|why| Error::Invalid(format!("the model is too large: input {name:?} {why}")))?;
        model.set_input_fact(index, InferenceFact::dt_shape(element_type, &shape)).map_err(invalid)?;
    }
    Ok(notes)
}

fn declared_shape(name: &str, fact: &InferenceFact) -> Result<Vec<usize>, Error> {
    let dims: Vec<Option<usize>> =
        fact.shape.dims().map(|dim| dim.concretize().and_then(|dim| dim.to_usize().ok())).collect();
    let shown: Vec<_> = dims.iter().map(|dim| dim.map_or("?".into(), |d| d.to_string())).collect();
    let remedy = format!("give it with --shape {}={}", super::shown(name), shown.join("x").replacen('?', "1", 1));
    if fact.shape.is_open() {
        let remedy = format!("give it with --shape {}=1x3x224x224", super::shown(name));
        return Err(Error::Invalid(format!("input {name:?} has no shape; {remedy}")));
    }
    dims.iter()
        .enumerate()
        .map(|(axis, dim)| dim.or((axis == 0).then_some(1)))
        .collect::<Option<_>>()
        .ok_or_else(|| Error::Invalid(format!("input {name:?} leaves axes open ({}); {remedy}", shown.join("x"))))
}
