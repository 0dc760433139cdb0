//! The structure format as types; `docs/structure.md` describes it.

use maasm_component::ScoreKind;
use serde::{Deserialize, Serialize};
use serde_json::Number;
use std::collections::BTreeMap;

/// What the `format` field holds.
pub(super) const FORMAT: &str = "maasm-structure/1";

/// A whole structure file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Structure {
    pub format: String,
    /// The version of ONNX's own operator set.
    pub opset: i64,
    /// The versions of other operator sets by domain.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub domains: BTreeMap<String, i64>,
    pub name: String,
    pub inputs: Vec<Value>,
    pub outputs: Vec<Value>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, Tensor>,
    pub nodes: Vec<Node>,
    /// The classes' names, in the order of the output.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<Vec<String>>,
    /// How a picture becomes the input: a preset's name, or a recipe.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preprocess: Option<serde_json::Value>,
    /// The kind of the outputs, as `--scores` says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scores: Option<ScoreKind>,
}

/// A graph inside a node; the model's own has the same fields.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Graph {
    pub name: String,
    pub inputs: Vec<Value>,
    pub outputs: Vec<Value>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, Tensor>,
    pub nodes: Vec<Node>,
}

/// An input or output.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Value {
    pub name: String,
    /// Inside a node's graph the type may be open.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub element_type: Option<String>,
    /// Absent if even the number of axes is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shape: Option<Vec<Extent>>,
}

/// The extent of an axis.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Extent {
    Fixed(i64),
    Named(String),
    Open(()),
}

/// A tensor: its values are here, or in the parameters.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tensor {
    #[serde(rename = "type")]
    pub element_type: String,
    pub shape: Vec<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<Scalar>>,
    /// Its name in the parameters, if it is not the one that it has here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
}

/// An element of a tensor. JSON has no word for what is not finite: `"inf"`, `"-inf"` and `"nan"` stand for it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Scalar {
    Bool(bool),
    Number(Number),
    Text(String),
}

/// One operator call.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Node {
    pub operator: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub domain: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    pub inputs: Vec<String>,
    pub outputs: Vec<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, Attribute>,
}

/// An attribute says its type, as `{"ints":[1,1]}`: `1` alone could be a whole number or a float.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Attribute {
    Int(i64),
    Float(Scalar),
    String(String),
    Tensor(Tensor),
    Graph(Graph),
    Ints(Vec<i64>),
    Floats(Vec<Scalar>),
    Strings(Vec<String>),
    Tensors(Vec<Tensor>),
    Graphs(Vec<Graph>),
}
