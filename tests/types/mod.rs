//! Every operator that moves, compares or reduces data, of every element type that ONNX's definition of it allows, known
//! when the model is compiled or given when it runs: the answer is onnxruntime's, or that of ONNX's reference
//! implementation where onnxruntime lacks the type, or the model is refused by the node's name.
//!
//! `MAASM_CASES` says which cases are looked at: those with this text in their names.
//!
//! # Layout
//! - `generate.py`: writes the cases with what is expected; `cases.py`: what a case is; `values.py`: what goes in;
//!   `expected.py`: who says what comes out; `operators/`: the operators, one family a file
//! - `table`: reads them
//! - `compare`: whether an answer is right

mod compare;
mod table;

use crate::property::native::{self, Answer};
use maasm_tests::python;
use prost::Message;
use std::collections::BTreeMap;
use table::Case;
use tract_onnx::pb::ModelProto;

/// The most cases that may be refused.
const REFUSED: usize = 336;
/// The name of every case's node.
const NODE: &str = "the-node";

/// What came of a case.
enum Verdict {
    Right,
    Refused(String),
    Wrong(String),
}

#[test]
fn every_operator_is_right_of_every_type_or_is_refused_by_name() {
    let Some(python) = python::interpreter() else { return };
    let only = std::env::var("MAASM_CASES").ok();
    let mut cases = table::cases(&python);
    cases.retain(|case| only.as_ref().is_none_or(|text| case.name.contains(text)));
    let (mut right, mut refused, mut wrong) = (0, BTreeMap::<String, Vec<&str>>::new(), Vec::new());
    for case in &cases {
        match judged(case) {
            Verdict::Right => right += 1,
            Verdict::Refused(why) => refused.entry(why).or_default().push(&case.name),
            Verdict::Wrong(why) => wrong.push(format!("{}: {why}", case.name)),
        }
    }
    let count: usize = refused.values().map(Vec::len).sum();
    refused.iter().for_each(|(why, names)| println!("{} × {why} ({} and others)", names.len(), names[0]));
    println!("{} cases: {right} right, {count} refused, {} wrong", cases.len(), wrong.len());
    assert!(wrong.is_empty(), "{} of {} cases are wrong:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    assert!(count <= REFUSED, "{count} cases are refused, and {REFUSED} were");
}

fn judged(case: &Case) -> Verdict {
    let model = ModelProto::decode(&case.model[..]).expect("Python wrote a model");
    let names: Vec<&str> = model.graph.iter().flat_map(|graph| &graph.input).map(|input| input.name.as_str()).collect();
    let given = |name: &str| names.iter().position(|&input| input == name).map(|place| &case.inputs[place]);
    match native::run(&model, &given) {
        Answer::Broken(why) => Verdict::Wrong(why),
        Answer::Refused(why) if why.contains(NODE) => Verdict::Refused(why.replace(NODE, "…")),
        Answer::Refused(why) => Verdict::Wrong(format!("its refusal names no node: {why}")),
        Answer::Outputs(found) => match &case.expected {
            None => Verdict::Wrong("it is answered, and nobody else computes it".into()),
            Some(expected) => compare::difference(&found, expected, case.exact).map_or(Verdict::Right, Verdict::Wrong),
        },
    }
}
