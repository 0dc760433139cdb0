//! Models to serve: a small network that works, and components that do not.

use crate::http::server::maasm;
use maasm_compile::{Options, compile};
use maasm_graph::{Limits, Source};
use maasm_package::{Simd, package};
use maasm_plan::recipe::Layout;
use maasm_plan::{Card, Recipe};
use maasm_tests::onnx::{encode, model, node, small_network, value_of};
use maasm_tests::skip;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex};
use tract_onnx::pb::GraphProto;
use tract_onnx::pb::tensor_proto::DataType;

/// A network that takes pictures of 8×8 pixels and knows five classes.
pub fn small(name: &str, version: &str) -> Vec<u8> {
    labelled(name, version, ["ant", "bee", "cat", "dog", "eel"])
}

/// As [`small`], with these names for its classes; made once for all tests.
pub fn labelled(name: &str, version: &str, labels: [&str; 5]) -> Vec<u8> {
    static MADE: LazyLock<Mutex<HashMap<String, Vec<u8>>>> = LazyLock::new(Mutex::default);
    let key = format!("{name}@{version} {labels:?}");
    if let Some(made) = MADE.lock().unwrap().get(&key) {
        return made.clone();
    }
    let component = make(name, version, labels);
    MADE.lock().unwrap().insert(key, component.clone());
    component
}

fn make(name: &str, version: &str, labels: [&str; 5]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("small.onnx");
    std::fs::write(&path, encode(&small_network())).unwrap();
    let source = Source::from_onnx(&path, &Limits::default()).unwrap();
    let compiled = compile(&source.model, &Options::default()).unwrap();
    let recipe = maasm_media::preset("imagenet").unwrap().recipe(8, 8, Layout::ChannelsFirst);
    let card =
        Card { name: name.into(), version: version.into(), labels: labels.map(String::from).into(), ..Card::default() };
    package(&compiled, card, Some(Recipe::Image(recipe)), Simd::Relaxed).unwrap()
}

/// A component that loops for ever.
pub fn looping() -> Vec<u8> {
    maasm_tests::component::named("looping", "(loop br 0) unreachable")
}

/// A component that asks for all memory there is.
pub fn greedy() -> Vec<u8> {
    let body = "(if (i32.eq (memory.grow (i32.const 65000)) (i32.const -1)) (then unreachable)) unreachable";
    maasm_tests::component::named("greedy", body)
}

/// A component that fails.
pub fn failing() -> Vec<u8> {
    maasm_tests::component::named("failing", "unreachable")
}

/// A network that takes two pairs of numbers, `a` and `b`, and gives their `sum` and their `product`.
pub fn two_inputs(name: &str, version: &str) -> Vec<u8> {
    arithmetic(name, version, DataType::Float)
}

/// The same with numbers of 16 bits.
pub fn two_half_inputs(name: &str, version: &str) -> Vec<u8> {
    arithmetic(name, version, DataType::Float16)
}

fn arithmetic(name: &str, version: &str, data_type: DataType) -> Vec<u8> {
    let pair = |name: &str| value_of(data_type, name, &[1, 2]);
    let graph = GraphProto {
        name: "both".into(),
        input: vec![pair("a"), pair("b")],
        output: vec![pair("sum"), pair("product")],
        node: vec![node("Add", &["a", "b"], &["sum"], vec![]), node("Mul", &["a", "b"], &["product"], vec![])],
        ..Default::default()
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("both.onnx");
    std::fs::write(&path, encode(&model(graph))).unwrap();
    let source = Source::from_onnx(&path, &Limits::default()).unwrap();
    let compiled = compile(&source.model, &Options::default()).unwrap();
    let card = Card { name: name.into(), version: version.into(), ..Card::default() };
    package(&compiled, card, None, Simd::Relaxed).unwrap()
}

/// The folder of files that are too large for the repository, if it is there.
pub fn data() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    if !folder.is_dir() {
        skip::absent(&folder);
        return None;
    }
    Some(folder)
}

/// EfficientNet-Lite0 as `lite0`, version 1.0.0.
pub fn lite0(data: &Path) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let component = folder.path().join("lite0.wasm");
    let labels = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/imagenet-labels.txt");
    let mut package = maasm();
    package.arg("package").arg(data.join("efficientnet-lite0.onnx")).arg("--labels").arg(labels);
    package.args(["--name", "lite0", "--version", "1.0.0", "--preprocess", "efficientnet-lite", "-o"]).arg(&component);
    assert!(package.status().unwrap().success());
    std::fs::read(component).unwrap()
}
