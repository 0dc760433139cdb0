//! What a user should know of a model that compiles.

use super::shown;
use maasm_graph::index;
use serde::Serialize;
use std::fmt::{Display, Formatter, Result};
use tract_onnx::pb::ModelProto;

/// Something that was decided without asking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Note {
    /// The first axis of an input is open in the file, and is 1 now.
    OpenBatch {
        /// The input.
        input: String,
        /// Its shape.
        shape: Vec<usize>,
    },
    /// Nodes that compute f64 as f32.
    Narrowed {
        /// Their names.
        nodes: Vec<String>,
    },
}

impl Note {
    /// The note on nodes that compute f64 as f32, if there are any, by what the front end calls them: it takes some apart.
    pub(super) fn narrowed(model: &ModelProto, parts: &[String]) -> Option<Self> {
        let names: Vec<&str> = model.graph.iter().flat_map(|graph| &graph.node).map(index::name).collect();
        let mut nodes: Vec<String> = Vec::new();
        for part in parts {
            let whole = names.iter().filter(|name| part.starts_with(**name)).max_by_key(|name| name.len());
            let whole = whole.map_or_else(|| part.clone(), |name| (*name).to_owned());
            if !nodes.contains(&whole) {
                nodes.push(whole);
            }
        }
        (!nodes.is_empty()).then_some(Self::Narrowed { nodes })
    }
}

impl Display for Note {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::OpenBatch { input, shape } => {
                let input = shown(input);
                let extents = shape.iter().map(ToString::to_string).collect::<Vec<_>>().join("x");
                let more = extents.replacen('1', "8", 1);
                write!(
                    f,
                    "input {input:?} leaves its first axis open; it takes {extents} at a time. For more: --shape \
                     {input}={more}"
                )
            }
            Self::Narrowed { nodes } => {
                const SHOWN: usize = 8;
                let names = nodes.iter().take(SHOWN).map(|name| shown(name)).collect::<Vec<_>>().join(", ");
                let more =
                    if nodes.len() > SHOWN { format!(" and {} more", nodes.len() - SHOWN) } else { String::new() };
                write!(f, "doubles are computed as 32-bit floats, which have about 7 digits, by {names}{more}")
            }
        }
    }
}
