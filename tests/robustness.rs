//! Whatever is done to a model file, reading and compiling it ends with a result or an error: no panic, no hang, no
//! memory that the file only claims to need.

use maasm::compile::{self, Options};
use maasm::source::{Limits, Source};
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
        let mutated = random.mutate(&bytes);
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

/// Every operator that a node may be turned into; most then have the wrong inputs or attributes.
const OPERATORS: [&str; 46] = [
    "Add",
    "ArgMax",
    "AveragePool",
    "BatchNormalization",
    "Cast",
    "Clip",
    "Concat",
    "Constant",
    "ConstantOfShape",
    "Conv",
    "ConvTranspose",
    "DepthToSpace",
    "Dropout",
    "Einsum",
    "Elu",
    "Expand",
    "Flatten",
    "Gather",
    "Gemm",
    "GlobalAveragePool",
    "GlobalMaxPool",
    "HardSigmoid",
    "Identity",
    "If",
    "InstanceNormalization",
    "LRN",
    "LSTM",
    "LeakyRelu",
    "Loop",
    "MatMul",
    "MaxPool",
    "Mul",
    "PRelu",
    "Pad",
    "Pow",
    "ReduceMean",
    "Reshape",
    "Resize",
    "Scan",
    "Slice",
    "Softmax",
    "Split",
    "Squeeze",
    "Tile",
    "TopK",
    "Transpose",
];
const ATTRIBUTES: [&str; 12] = [
    "axes",
    "axis",
    "blocksize",
    "dilations",
    "group",
    "kernel_shape",
    "pads",
    "perm",
    "size",
    "split",
    "strides",
    "to",
];

/// Changes the graph itself rather than its bytes, so that the file stays readable and the compiler has to see it.
fn rewire(model: &mut ModelProto, random: &mut Random) {
    let graph = graph(model);
    let names: Vec<String> = graph.initializer.iter().map(|tensor| tensor.name.clone()).collect();
    let extent = |random: &mut Random| [-1, 0, 1, 2, 3, 4, 5, 8, 9, 1 << 33][random.below(10)];
    let index = random.below(graph.node.len());
    let node = &mut graph.node[index];
    match random.below(7) {
        0 => node.op_type = OPERATORS[random.below(OPERATORS.len())].into(),
        1 => {
            let values: Vec<i64> = (0..random.below(5)).map(|_| extent(random)).collect();
            node.attribute.push(integers(ATTRIBUTES[random.below(ATTRIBUTES.len())], &values));
        }
        2 => drop(node.input.pop()),
        3 => node.input.push(names[random.below(names.len())].clone()),
        4 => {
            let place = random.below(node.input.len().max(1));
            if let Some(input) = node.input.get_mut(place) {
                *input = names[random.below(names.len())].clone();
            }
        }
        5 => {
            let shape: Vec<i64> = (0..random.below(6)).map(|_| extent(random)).collect();
            graph.input[0] = value("image", &shape);
        }
        _ => {
            let place = random.below(graph.initializer.len());
            let shape: Vec<i64> = (0..random.below(5)).map(|_| 1 + random.below(5) as i64).collect();
            graph.initializer[place] = weights(&names[place], &shape);
        }
    }
}

#[test]
fn rewired_models_are_compiled_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut random = Random::new(2027);
    let mut compiled = 0;
    for round in 0..600 {
        let mut model = small_network();
        for _ in 0..=random.below(3) {
            rewire(&mut model, &mut random);
        }
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
