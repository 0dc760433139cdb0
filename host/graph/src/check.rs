//! Names, types and order of a graph.

use super::tensor;
use std::collections::{HashMap, HashSet};
use tract_onnx::pb::tensor_shape_proto::dimension::Value as Extent;
use tract_onnx::pb::{GraphProto, ModelProto, NodeProto, ValueInfoProto, type_proto};

/// The operator sets of ONNX's own domain that are understood. 7 brought broadcasting as it is today.
const OPSETS: std::ops::RangeInclusive<i64> = 7..=28;

/// Checks a whole model.
///
/// # Errors
/// The first thing that is wrong.
pub(super) fn model(model: &ModelProto) -> Result<(), String> {
    let own = |domain: &str| domain.is_empty() || domain == "ai.onnx";
    let Some(opset) = model.opset_import.iter().find(|import| own(&import.domain)) else {
        return Err("names no ONNX operator set; export the model again".into());
    };
    if !OPSETS.contains(&opset.version) {
        let (version, first, last) = (opset.version, OPSETS.start(), OPSETS.end());
        return Err(format!(
            "uses ONNX operator set {version}, and {first} to {last} are understood; \
             convert the model with onnx.version_converter"
        ));
    }
    let main = model.graph.as_ref().ok_or("has no graph; export the model again")?;
    if main.output.is_empty() {
        return Err("has no outputs; export the model again".into());
    }
    main.input.iter().try_for_each(input)?;
    graph(main, None)
}

fn input(input: &ValueInfoProto) -> Result<(), String> {
    let fail = |why: String| format!("input {:?}: {why}", input.name);
    let Some(type_proto::Value::TensorType(tensor)) = input.r#type.as_ref().and_then(|t| t.value.as_ref()) else {
        return Err(fail("it has no tensor type; only tensors can be inputs".into()));
    };
    tensor::data_type(tensor.elem_type).map_err(fail)?;
    let dims: Vec<i64> = tensor
        .shape
        .iter()
        .flat_map(|shape| &shape.dim)
        .map_while(|dim| match &dim.value {
            // Open extents are written as names, as nothing, or as −1 by some exporters.
            Some(Extent::DimValue(extent)) if *extent > 0 => Some(*extent),
            _ => Some(1),
        })
        .collect();
    tensor::elements(&dims).map_err(fail).map(|_| ())
}

/// The names of a graph, and around it those of the graph that it is part of.
struct Scope<'a> {
    names: HashSet<&'a str>,
    outer: Option<&'a Scope<'a>>,
}

impl Scope<'_> {
    fn knows(&self, name: &str) -> bool {
        self.names.contains(name) || self.outer.is_some_and(|outer| outer.knows(name))
    }
}

fn graph(graph: &GraphProto, outer: Option<&Scope>) -> Result<(), String> {
    if let Some(sparse) = graph.sparse_initializer.first() {
        let name = sparse.values.as_ref().map_or("", |values| &values.name);
        return Err(format!("initialiser {name:?} is sparse, which is not supported; export it dense"));
    }
    let mut defined: HashSet<&str> = HashSet::new();
    for name in graph.input.iter().map(|input| &input.name) {
        once(&mut defined, name, "inputs")?;
    }
    // Old exporters list initialisers as inputs too, so the two may share names, but not within themselves.
    let mut initialisers = HashSet::new();
    for name in graph.initializer.iter().map(|tensor| &tensor.name) {
        once(&mut initialisers, name, "initialisers")?;
    }
    defined.extend(&initialisers);
    let mut maker: HashMap<&str, usize> = HashMap::new();
    for (index, node) in graph.node.iter().enumerate() {
        for name in node.output.iter().filter(|name| !name.is_empty()) {
            if defined.contains(name.as_str()) || maker.insert(name, index).is_some() {
                let node = label(node);
                return Err(format!(
                    "node {node} makes {name:?}, which something else makes too; names must be unique"
                ));
            }
        }
    }
    let known = Scope { names: defined.iter().chain(maker.keys()).copied().collect(), outer };
    let mut needs = Vec::with_capacity(graph.node.len());
    for node in &graph.node {
        let used = used(node);
        if let Some(name) = used.iter().find(|name| !known.knows(name)) {
            return Err(format!("node {} uses {name:?}, which nothing makes; export the model again", label(node)));
        }
        needs.push(used.into_iter().filter_map(|name| maker.get(name).copied()).collect::<Vec<_>>());
    }
    if let Some(cycle) = cycle(&needs) {
        let names: Vec<_> = cycle.iter().map(|&index| label(&graph.node[index])).collect();
        return Err(format!("its graph has a cycle, so that no order of evaluation exists: {}", shorten(&names)));
    }
    for output in &graph.output {
        if !known.knows(&output.name) {
            return Err(format!("output {:?} is made by nothing; export the model again", output.name));
        }
    }
    for node in &graph.node {
        subgraphs(node).try_for_each(|inner| self::graph(inner, Some(&known)))?;
    }
    Ok(())
}

fn once<'a>(seen: &mut HashSet<&'a str>, name: &'a str, what: &str) -> Result<(), String> {
    if seen.insert(name) { Ok(()) } else { Err(format!("has two {what} of the name {name:?}; names must be unique")) }
}

/// How messages call a node: many have no name.
fn label(node: &NodeProto) -> String {
    let name = if node.name.is_empty() { node.output.first().map_or("", |name| name) } else { &node.name };
    format!("{name:?} ({})", node.op_type)
}

fn shorten(names: &[String]) -> String {
    const SHOWN: usize = 8;
    let arrows = names[..names.len().min(SHOWN)].join(" ← ");
    if names.len() > SHOWN { format!("{arrows} ← … ({} nodes)", names.len()) } else { arrows }
}

fn subgraphs(node: &NodeProto) -> impl Iterator<Item = &GraphProto> {
    node.attribute.iter().flat_map(|attribute| attribute.g.iter().chain(&attribute.graphs))
}

/// Every name that a node reads, those read inside its subgraphs from around them too.
fn used(node: &NodeProto) -> Vec<&str> {
    let mut names: Vec<&str> = node.input.iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
    for graph in subgraphs(node) {
        let made = graph.node.iter().flat_map(|node| &node.output);
        let given = graph.input.iter().map(|input| &input.name);
        let inner: HashSet<&str> =
            made.chain(given).chain(graph.initializer.iter().map(|tensor| &tensor.name)).map(String::as_str).collect();
        names.extend(graph.node.iter().flat_map(used).filter(|name| !inner.contains(name)));
    }
    names
}

/// The nodes of a cycle, each needing the next, if there is one. `needs[i]` are the nodes that node `i` needs.
fn cycle(needs: &[Vec<usize>]) -> Option<Vec<usize>> {
    // Kahn's algorithm: take away whatever needs nothing that is left.
    let mut open: Vec<usize> = needs.iter().map(Vec::len).collect();
    let mut users = vec![Vec::new(); needs.len()];
    for (node, needed) in needs.iter().enumerate() {
        needed.iter().for_each(|&n| users[n].push(node));
    }
    let mut ready: Vec<usize> = (0..needs.len()).filter(|&node| open[node] == 0).collect();
    while let Some(node) = ready.pop() {
        for &user in &users[node] {
            open[user] -= 1;
            if open[user] == 0 {
                ready.push(user);
            }
        }
    }
    // Each node left needs another one left, so following them must come back to one already met.
    let mut node = (0..needs.len()).find(|&node| open[node] > 0)?;
    let mut path: Vec<usize> = Vec::new();
    let mut place = vec![usize::MAX; needs.len()];
    while place[node] == usize::MAX {
        place[node] = path.len();
        path.push(node);
        node = needs[node].iter().copied().find(|&needed| open[needed] > 0)?;
    }
    Some(path.split_off(place[node]))
}
