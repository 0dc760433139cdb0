//! Random graphs give what onnxruntime gives.
//!
//! `MAASM_SEED` begins elsewhere, and a graph's own seed repeats that graph alone as the first; `MAASM_GRAPHS` says how
//! many there are.
//!
//! # Layout
//! - `reference`: onnxruntime
//! - `native`: this project's compiler and runtime
//! - `shrink`: the least of a graph that is still wrong

pub mod native;
mod reference;
mod shrink;

use maasm_tests::{graph, onnx, python};
use native::Answer;
use reference::Reference;
use std::collections::BTreeMap;

const SEED: u64 = 20_260;
const GRAPHS: u64 = 1000;

#[test]
fn random_graphs_give_what_onnxruntime_gives() {
    let Some(python) = python::interpreter() else { return };
    let mut reference = Reference::start(&python);
    let (first, graphs) = (setting("MAASM_SEED").unwrap_or(SEED), setting("MAASM_GRAPHS").unwrap_or(GRAPHS));
    let mut refused: BTreeMap<String, u64> = BTreeMap::new();
    let (mut same, mut invalid, mut nodes, mut wrong) = (0, 0, 0, Vec::new());
    for seed in first..first + graphs {
        let graph = graph::random(seed);
        let outputs = graph.leaves();
        if outputs.is_empty() {
            continue;
        }
        let model = graph.model(&outputs);
        let expected = match reference.run(&onnx::encode(&model), &graph.tensors(&model)) {
            Ok(expected) => expected,
            Err(why) => {
                println!("seed {seed}: onnxruntime refuses the graph: {why}\n{}", graph.show(&outputs));
                invalid += 1;
                continue;
            }
        };
        nodes += graph.nodes.len();
        match native::run(&model, &|name| graph.given(name)) {
            Answer::Refused(why) => *refused.entry(why).or_default() += 1,
            Answer::Outputs(found) if native::difference(&found, &expected).is_none() => same += 1,
            _ => wrong.push(format!("seed {seed}: {}", shrink::shrunk(&graph, &mut reference))),
        }
    }
    let unsupported: u64 = refused.values().sum();
    println!("{graphs} graphs of {nodes} nodes from seed {first}: {same} the same, {unsupported} not supported");
    refused.iter().for_each(|(why, count)| println!("{count} × {why}"));
    assert!(wrong.is_empty(), "{} graphs are wrong:\n\n{}", wrong.len(), wrong.join("\n\n"));
    assert_eq!(invalid, 0, "graphs that are no valid ONNX test nothing");
    assert!(10 * unsupported <= graphs, "{unsupported} of {graphs} graphs are not supported");
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")))
}
