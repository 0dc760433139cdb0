//! What cannot be compiled, and what to do about it.

use super::layers::Names;
use maasm_compile as compile;
use maasm_graph::index::{Network, NodeId, name, operator};
use serde::Serialize;
use std::collections::HashMap;

/// A node that cannot be compiled.
#[derive(Serialize)]
pub(super) struct Unsupported {
    pub operator: String,
    pub node: String,
    pub reason: String,
    /// What to do.
    pub remedy: &'static str,
    #[serde(skip)]
    pub id: Option<NodeId>,
}

/// Nodes of the same operator with the same reason.
pub(super) struct Group<'a> {
    pub operator: &'a str,
    pub reason: &'a str,
    pub remedy: &'static str,
    pub nodes: Vec<&'a str>,
}

/// What the compiler found, told in the source graph's own names.
pub(super) fn list(network: &Network, names: &Names, found: &[compile::Unsupported]) -> Vec<Unsupported> {
    let in_source = |found: &compile::Unsupported| {
        let id = names.node(&found.node);
        Unsupported {
            operator: id.map_or_else(|| found.operator.clone(), |id| operator(&network.nodes[id])),
            node: id.map_or(&*found.node, |id| name(&network.nodes[id])).into(),
            reason: found.reason.clone(),
            remedy: remedy(&found.reason),
            id,
        }
    };
    found.iter().map(in_source).collect()
}

/// Together what is the same, in the order in which it first appears.
pub(super) fn grouped(all: &[Unsupported]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group> = Vec::new();
    let mut known: HashMap<(&str, &str), usize> = HashMap::new();
    for Unsupported { operator, node, reason, remedy, .. } in all {
        let index = *known.entry((operator, reason)).or_insert_with(|| {
            groups.push(Group { operator, reason, remedy, nodes: Vec::new() });
            groups.len() - 1
        });
        groups[index].nodes.push(node);
    }
    groups
}

impl Group<'_> {
    /// The first nodes' names, and how many more there are.
    pub fn first_nodes(&self) -> String {
        const SHOWN: usize = 3;
        let shown = self.nodes[..self.nodes.len().min(SHOWN)].join(", ");
        match self.nodes.len().saturating_sub(SHOWN) {
            0 => shown,
            more => format!("{shown} and {more} more"),
        }
    }
}

/// What helps against a reason, by what it speaks of.
fn remedy(reason: &str) -> &'static str {
    let speaks_of = |words: &[&str]| words.iter().any(|word| reason.contains(word));
    if speaks_of(&["domain"]) {
        "export the model with ONNX's own operators only"
    } else if speaks_of(&["unknown operator"]) {
        "write it with other operators of ONNX, or export for another operator set"
    } else if speaks_of(&["quantised"]) {
        "give the model as it was before quantisation"
    } else if speaks_of(&["depends on the input's content"]) {
        "compute this part outside: cut the model in front of it with onnx.utils.extract_model"
    } else if speaks_of(&["type "]) {
        "export the model in 32-bit floats; fold what does not depend on the input (onnxsim does)"
    } else if speaks_of(&["at run time"]) {
        "make it a constant of the model: export with constant folding and fixed shapes (onnxsim does)"
    } else {
        "replace it in the network, or cut the model there with onnx.utils.extract_model and compute that part outside"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_of_one_operator_and_reason_are_told_together() {
        let one = |operator: &str, node: usize, reason: &str| Unsupported {
            operator: operator.into(),
            node: format!("n{node}"),
            reason: reason.into(),
            remedy: remedy(reason),
            id: None,
        };
        let mut all: Vec<_> = (0..5).map(|node| one("Einsum", node, "too many operands")).collect();
        all.push(one("Einsum", 5, "another reason"));
        all.push(one("Sin", 6, "too many operands"));
        let groups = grouped(&all);
        let told: Vec<_> = groups.iter().map(|group| (group.operator, group.first_nodes())).collect();
        assert_eq!(told[0], ("Einsum", "n0, n1, n2 and 2 more".into()));
        assert_eq!(told[1..], [("Einsum", "n5".into()), ("Sin", "n6".into())]);
    }
}
