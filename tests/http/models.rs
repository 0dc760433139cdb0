//! Models to serve: a small network that works, and components that do not.

use maasm::compile::{Options, compile};
use maasm::package::{Simd, package};
use maasm::source::{Limits, Source};
use maasm_plan::recipe::Layout;
use maasm_plan::{Card, Recipe};
use maasm_tests::onnx::{encode, small_network};

/// A network that takes pictures of 8×8 pixels and knows five classes.
pub fn small(name: &str, version: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("small.onnx");
    std::fs::write(&path, encode(&small_network())).unwrap();
    let source = Source::from_onnx(&path, &Limits::default()).unwrap();
    let compiled = compile(&source.model, &Options::default()).unwrap();
    let recipe = maasm_media::preset("imagenet").unwrap().recipe(8, 8, Layout::ChannelsFirst);
    let card = Card {
        name: name.into(),
        version: version.into(),
        labels: ["ant", "bee", "cat", "dog", "eel"].map(String::from).into(),
        ..Card::default()
    };
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
