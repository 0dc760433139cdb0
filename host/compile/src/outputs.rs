//! Outputs that are inputs or initialisers: the front end would forget what it knows of them, so they are copies under names
//! of their own until the plan is made.

use maasm_graph::index;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use tract_onnx::pb::{GraphProto, ModelProto, NodeProto};

/// What such outputs are called meanwhile, and what they are called in the file.
pub type Aliases = HashMap<String, String>;

/// The model with a node for each such output.
pub fn copied(model: Cow<ModelProto>) -> (Cow<ModelProto>, Aliases) {
    let Some(graph) = &model.graph else { return (model, Aliases::new()) };
    let inputs = graph.input.iter().map(|input| input.name.as_str());
    let given: HashSet<&str> = inputs.chain(graph.initializer.iter().map(|tensor| tensor.name.as_str())).collect();
    let taken = taken(graph);
    let mut aliases = Aliases::new();
    let mut renamed: Vec<(usize, String)> = Vec::new();
    for (index, output) in graph.output.iter().enumerate().filter(|(_, output)| given.contains(output.name.as_str())) {
        let names = (1..).map(|number| format!("{}.output{number}", output.name));
        let free = names.into_iter().find(|name| !taken.contains(name.as_str()) && !aliases.contains_key(name));
        let free = free.expect("numbers do not end");
        aliases.insert(free.clone(), output.name.clone());
        renamed.push((index, free));
    }
    if renamed.is_empty() {
        return (model, aliases);
    }
    let mut model = model.into_owned();
    let graph = model.graph.as_mut().expect("it has outputs");
    for (index, name) in renamed {
        let output = &mut graph.output[index];
        graph.node.push(NodeProto {
            op_type: "Identity".into(),
            name: name.clone(),
            input: vec![std::mem::replace(&mut output.name, name.clone())],
            output: vec![name],
            ..Default::default()
        });
    }
    (Cow::Owned(model), aliases)
}

/// Every name in a graph.
fn taken(graph: &GraphProto) -> HashSet<&str> {
    let values = graph.node.iter().flat_map(|node| node.input.iter().chain(&node.output)).map(String::as_str);
    values.chain(graph.node.iter().map(index::name)).collect()
}
