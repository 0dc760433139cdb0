//! Whatever is done to a model file, reading and compiling it ends with a result or an error: no panic, no hang, no
//! memory that the file only claims to need.

use maasm::compile::{self, Options};
use maasm::source::{Limits, Source};
use maasm_tests::mutation;
use maasm_tests::onnx::{encode, integers, model, node, small_network, value, weights};
use maasm_tests::random::Random;
use std::path::Path;
use std::time::{Duration, Instant};
use tract_onnx::pb::{GraphProto, ModelProto};

/// Reads and compiles, and says what came of it.
fn compile(folder: &Path, bytes: &[u8]) -> Result<compile::Compiled, String> {
    let path = folder.join("model.onnx");
    std::fs::write(&path, bytes).unwrap();
    let source = Source::from_onnx(&path, &Limits::default()).map_err(|error| error.to_string())?;
    compile::compile(&source.model, &Options::default()).map_err(|error| error.to_string())
}

#[test]
fn mutated_models_are_compiled_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = encode(&small_network());
    let mut random = Random::new(2026);
    let (mut compiled, mut refused) = (0, 0);
    for round in 0..600 {
        let mutated = mutation::bytes::mutated(&bytes, &mut random);
        let start = Instant::now();
        match compile(folder.path(), &mutated) {
            // What the compiler makes, the runtime accepts.
            Ok(result) => {
                result.plan.validate().unwrap_or_else(|error| panic!("round {round}: {error}"));
                compiled += 1;
            }
            Err(error) => {
                assert!(!error.contains('\n'), "round {round}: the message should be one line: {error:?}");
                refused += 1;
            }
        }
        assert!(start.elapsed() < Duration::from_secs(10), "round {round} took {:?}", start.elapsed());
    }
    // Mutations of weights leave a good model; most others do not.
    assert!(compiled > 20 && refused > 20, "{compiled} compiled and {refused} refused: the mutations are no test");
}

#[test]
fn rewired_models_are_compiled_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut random = Random::new(2027);
    let donor = small_network();
    let mut compiled = 0;
    for round in 0..600 {
        let mut model = small_network();
        mutation::mutate(&mut model, &donor, &mut random);
        let start = Instant::now();
        if let Ok(result) = compile(folder.path(), &encode(&model)) {
            result.plan.validate().unwrap_or_else(|error| panic!("round {round}: {error}"));
            compiled += 1;
        }
        assert!(start.elapsed() < Duration::from_secs(10), "round {round} took {:?}", start.elapsed());
    }
    assert!(compiled > 20, "{compiled} compiled: the changes are no test");
}

/// The small network with its attributes and shapes replaced by extreme ones.
#[test]
fn absurd_attributes_and_shapes_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    for extreme in [-1, 0, 1 << 20, 1 << 31, 1 << 40, i64::MAX, i64::MIN] {
        for name in ["pads", "strides", "dilations", "kernel_shape", "group"] {
            let mut model = small_network();
            let node = &mut graph(&mut model).node[0];
            node.attribute = match name {
                "pads" => vec![integers(name, &[extreme; 4])],
                "group" => vec![],
                _ => vec![integers(name, &[extreme; 2])],
            };
            if let Ok(compiled) = compile(folder.path(), &encode(&model)) {
                compiled.plan.validate().unwrap_or_else(|error| panic!("{name} = {extreme}: {error}"));
            }
        }
        let mut model = small_network();
        graph(&mut model).input[0] = value("image", &[1, 3, extreme, 8]);
        if let Ok(compiled) = compile(folder.path(), &encode(&model)) {
            compiled.plan.validate().unwrap_or_else(|error| panic!("height {extreme}: {error}"));
        }
    }
}

#[test]
fn a_very_long_chain_of_nodes_does_not_exhaust_the_stack() {
    const LEN: usize = 20_000;
    let folder = tempfile::tempdir().unwrap();
    let name = |index: usize| format!("v{index}");
    let nodes = (0..LEN).map(|index| node("Relu", &[&name(index)], &[&name(index + 1)], vec![])).collect();
    let chain = GraphProto {
        input: vec![value("v0", &[1, 4])],
        output: vec![value(&name(LEN), &[1, 4])],
        initializer: vec![weights("w", &[4])],
        node: nodes,
        ..Default::default()
    };
    let _ = compile(folder.path(), &encode(&model(chain)));
}

fn graph(model: &mut ModelProto) -> &mut GraphProto {
    model.graph.as_mut().unwrap()
}
