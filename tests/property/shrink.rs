//! The least of a graph that is still wrong.

use crate::property::native::{self, Answer};
use crate::property::reference::Reference;
use maasm_tests::graph::{Graph, Value};
use maasm_tests::onnx;

/// Tells the first value that is wrong, with as few nodes before it as show that.
pub fn shrunk(graph: &Graph, reference: &mut Reference) -> String {
    for value in &graph.values {
        let Some(wrong) = wrong(graph, std::slice::from_ref(value), reference) else { continue };
        let (graph, wrong) = cut(graph.clone(), value, wrong, reference);
        return format!("{value}: {wrong}\n{}", graph.show(std::slice::from_ref(value)));
    }
    let wrong = wrong(graph, &graph.leaves(), reference).unwrap_or_else(|| "not wrong a second time".into());
    format!("only all outputs together are wrong: {wrong}\n{}", graph.show(&graph.leaves()))
}

/// Gives values as inputs that nodes made, from the first on, for as long as the last value stays wrong.
fn cut(mut graph: Graph, value: &Value, mut why: String, reference: &mut Reference) -> (Graph, String) {
    for candidate in graph.values.clone() {
        let made = graph.nodes.iter().position(|node| node.output.contains(&candidate.name));
        let Some(place) = made.filter(|_| candidate.name != value.name) else { continue };
        let model = graph.model(std::slice::from_ref(&candidate));
        let Ok(tensors) = reference.run(&onnx::encode(&model), &graph.tensors(&model)) else { continue };
        let mut smaller = graph.clone();
        smaller.inputs.extend(tensors.into_iter().map(|tensor| (candidate.clone(), tensor)));
        if smaller.nodes[place].output.len() == 1 {
            smaller.nodes.remove(place);
        } else {
            for output in &mut smaller.nodes[place].output {
                if *output == candidate.name {
                    output.push_str("_unused");
                }
            }
        }
        if let Some(still) = wrong(&smaller, std::slice::from_ref(value), reference) {
            (graph, why) = (smaller, still);
        }
    }
    (graph, why)
}

/// What is wrong with these outputs.
fn wrong(graph: &Graph, outputs: &[Value], reference: &mut Reference) -> Option<String> {
    let model = graph.model(outputs);
    let expected = reference.run(&onnx::encode(&model), &graph.tensors(&model)).ok()?;
    match native::run(&model, &|name| graph.given(name)) {
        Answer::Outputs(found) => native::difference(&found, &expected),
        Answer::Refused(_) => None,
        Answer::Broken(why) => Some(why),
    }
}
