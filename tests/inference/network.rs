//! A compiled network, natively and as a component.

use maasm_compile::{Compiled, Options, compile};
use maasm_engine::{CachePolicy, ElementType, Engine, EngineOptions, Model, Tensor};
use maasm_graph::Source;
use maasm_package::{Simd, package};
use maasm_plan::{Card, Recipe};
use maasm_runtime::{AlignedBytes, Executor};
use maasm_tests::python;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

pub fn compiled(source: &Source) -> Compiled {
    compile(&source.model, &Options::default()).expect("the network compiles")
}

/// The network natively.
pub fn native(compiled: &Compiled) -> Executor<AlignedBytes> {
    let mut constants = AlignedBytes::zeroed(compiled.constants.len());
    constants.as_mut().copy_from_slice(&compiled.constants);
    let arena = AlignedBytes::zeroed(compiled.plan.arena_len as usize);
    Executor::new(compiled.plan.clone(), constants, arena).expect("the compiler makes valid plans")
}

/// What the network natively makes of one input.
pub fn run_native(executor: &mut Executor<AlignedBytes>, input: &[f32]) -> Vec<f32> {
    executor.set_input(0, &bytes(input)).expect("the input has the right length");
    executor.run().unwrap();
    floats(&executor.output(0))
}

/// The network as a component.
pub fn packaged(compiled: &Compiled, recipe: Option<Recipe>, simd: Simd) -> Vec<u8> {
    let card = Card { name: "network".into(), version: "1.0.0".into(), ..Card::default() };
    package(compiled, card, recipe, simd).expect("the network can be packaged")
}

/// The network as a component in wasmtime. The limits are generous: time is not what is tested.
pub fn component(compiled: &Compiled, recipe: Option<Recipe>, simd: Simd) -> Model {
    let component = packaged(compiled, recipe, simd);
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), component).unwrap();
    let options = EngineOptions {
        deadline: Duration::from_secs(300),
        cache: CachePolicy::of_environment().unwrap_or(CachePolicy::Off),
        max_concurrent: 1,
        ..EngineOptions::default()
    };
    Engine::new(options).unwrap().load(file.path()).expect("the component loads")
}

/// What the component makes of one input, on a fresh instance.
pub fn run_component(model: &Model, input: &[f32]) -> Vec<f32> {
    let info = &model.description().inputs[0];
    let (name, shape) = (info.name.clone(), info.shape.clone());
    let tensor = Tensor { name, element_type: ElementType::F32, shape, data: bytes(input) };
    floats(&model.infer(&[tensor]).expect("the component answers")[0].data)
}

/// What onnxruntime makes of each input: the first output. `shape` is one input's, where the file leaves it open.
pub fn onnxruntime(model: &Path, inputs: &[Vec<f32>], shape: Option<&[usize]>) -> Option<Vec<Vec<f32>>> {
    let python = python::interpreter()?;
    let folder = tempfile::tempdir().unwrap();
    let [given, answered] = ["inputs", "outputs"].map(|name| folder.path().join(name));
    fs::write(&given, bytes(&inputs.concat())).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/support/run_onnx.py");
    let mut command = Command::new(python);
    command.args([&script, model, &given, &answered]);
    if let Some(shape) = shape {
        command.arg(shape.iter().map(ToString::to_string).collect::<Vec<_>>().join("x"));
    }
    let status = command.status().unwrap();
    assert!(status.success(), "onnxruntime failed");
    let outputs = floats(&fs::read(answered).unwrap());
    Some(outputs.chunks_exact(outputs.len() / inputs.len()).map(<[f32]>::to_vec).collect())
}

/// The index of the highest value.
pub fn top(values: &[f32]) -> usize {
    (0..values.len()).max_by(|&a, &b| values[a].total_cmp(&values[b])).expect("there are classes")
}

pub fn bytes(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

pub fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes.chunks_exact(4).map(|four| f32::from_le_bytes(four.try_into().expect("four bytes"))).collect()
}
