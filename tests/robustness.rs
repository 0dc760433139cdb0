//! Whatever is done to a model file, reading and compiling it ends with a result or an error: no panic, no hang, no
//! memory that the file only claims to need.

use maasm_compile::{self as compile, Options};
use maasm_graph::{Limits, Source};
use maasm_tests::graph::int;
use maasm_tests::mutation;
use maasm_tests::onnx::{encode, integers, model, node, small_network, value, weights, whole_numbers};
use maasm_tests::random::Random;
use std::path::Path;
use std::time::{Duration, Instant};
use tract_onnx::pb::{AttributeProto, GraphProto, ModelProto};

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

/// A model of one node that makes `y` of `x`, an input of this shape, and of these lists of whole numbers.
fn single(operator: &str, attributes: Vec<AttributeProto>, x: &[i64], lists: &[&[i64]]) -> ModelProto {
    let names: Vec<String> = (0..lists.len()).map(|index| format!("list{index}")).collect();
    let inputs: Vec<&str> = std::iter::once("x").chain(names.iter().map(String::as_str)).collect();
    let list = |(name, list): (&String, &&[i64])| whole_numbers(name, &[list.len() as i64], list);
    model(GraphProto {
        input: vec![value("x", x)],
        output: vec![value("y", &[])],
        initializer: names.iter().zip(lists).map(list).collect(),
        node: vec![node(operator, &inputs, &["y"], attributes)],
        ..Default::default()
    })
}

/// The message with which a model is refused.
#[track_caller]
fn refusal(model: &ModelProto) -> String {
    let folder = tempfile::tempdir().unwrap();
    let compiled = compile(folder.path(), &encode(model));
    compiled.err().unwrap_or_else(|| panic!("{:?} should be refused", model.graph.as_ref().unwrap().node[0]))
}

#[test]
fn what_a_few_bytes_ask_for_is_refused_by_name() {
    for (operator, x, lists) in [
        ("Tile", &[2, 2][..], &[&[1 << 20, 1 << 20][..]][..]),
        ("Expand", &[1], &[&[1 << 20, 1 << 20]]),
        ("Pad", &[1, 1], &[&[0, 0, 1 << 20, 1 << 20]]),
    ] {
        let message = refusal(&single(operator, vec![], x, lists));
        assert!(message.contains(&format!("{operator} (y) makes a tensor of shape")), "{operator}: {message}");
    }
    let message = refusal(&single("Relu", vec![], &[1 << 15, 1 << 16], &[]));
    assert!(message.contains("input \"x\" makes a tensor of shape [32768, 65536]"), "{message}");
    let message = refusal(&single("EyeLike", vec![], &[1 << 13, 1 << 14], &[]));
    assert!(message.contains("EyeLike (y): its constants would take"), "{message}");
}

#[test]
fn many_constants_that_are_small_each_are_refused_together() {
    let ones: Vec<String> = (0..100).map(|index| format!("ones{index}")).collect();
    let mut nodes: Vec<_> = ones.iter().map(|ones| node("ConstantOfShape", &["shape"], &[ones], vec![])).collect();
    let inputs: Vec<&str> = ones.iter().map(String::as_str).chain(["x"]).collect();
    nodes.push(node("Concat", &inputs, &["y"], vec![int("axis", 0)]));
    let chain = GraphProto {
        input: vec![value("x", &[1])],
        output: vec![value("y", &[])],
        initializer: vec![whole_numbers("shape", &[1], &[1 << 20])],
        node: nodes,
        ..Default::default()
    };
    let message = refusal(&model(chain));
    assert!(message.contains("ConstantOfShape (ones") && message.contains("its constants would take"), "{message}");
}

#[test]
fn what_operators_take_for_granted_is_checked_before() {
    let axis = |axis| vec![int("axis", axis)];
    for (model, reason) in [
        (single("Softmax", axis(1 << 40), &[2, 3], &[]), "axis 1099511627776 is none of a tensor of 2 axes"),
        (single("LayerNormalization", axis(-3), &[2, 3], &[&[1, 1, 1]]), "axis -3 is none of a tensor of 2 axes"),
        (single("ReduceSum", vec![integers("axes", &[2])], &[2, 3], &[]), "axes [2] are not all"),
        (single("Unsqueeze", vec![], &[2, 3], &[&[4]]), "axes [4] are not all"),
        (single("Transpose", vec![integers("perm", &[1, 1])], &[2, 3], &[]), "perm [1, 1] does not name each axis"),
        (single("Conv", vec![], &[2, 3], &[&[1]]), "it needs a tensor of 3 or more axes"),
        (single("MaxPool", vec![integers("kernel_shape", &[1 << 30, 9])], &[1, 1, 9, 9], &[]), "is too large"),
        (single("OneHot", vec![], &[2], &[&[], &[0, 1]]), "its input 1 should be one number"),
        (single("CumSum", vec![], &[2], &[&[0]]), "its input 1 has 1 axes and should be one number without any"),
        (single("ConstantOfShape", vec![], &[1 << 20], &[]), "its input 0 is a list of 1048576 numbers"),
        (single("Tile", vec![], &[1], &[&[(1 << 32) + 5]]), "numbers [4294967301] are not all from 0"),
    ] {
        let message = refusal(&model);
        assert!(message.contains(reason), "{reason}: {message}");
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
