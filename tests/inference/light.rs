//! The `light_*` networks of ONNX's own backend tests, with the outputs shipped beside them.

use crate::inference::network::{component, floats, native, run_component, run_native};
use maasm_compile::quantize::calibrate;
use maasm_compile::{Options, compile_within};
use maasm_component::Ranges;
use maasm_graph::{Limits, Source};
use maasm_package::Simd;
use maasm_tests::python;
use prost::Message;
use tract_onnx::pb::TensorProto;

/// What ONNX's backend test runner feeds these networks: values that rise evenly from 0 to 1.
fn input() -> Vec<f32> {
    let count = 3 * 224 * 224;
    (0..count).map(|i| (f64::from(i) / f64::from(count)) as f32).collect()
}

/// Compares with the tolerances of ONNX's backend tests.
#[track_caller]
fn assert_close(found: &[f32], expected: &[f32], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!((found - expected).abs() <= 1e-7 + 1e-3 * expected.abs(), "{what}: {found} at {i}, not {expected}");
    }
}

fn check(name: &str) {
    let Some(onnx) = python::package("onnx") else { return };
    let folder = onnx.join("backend/test/data/light");
    let source = Source::from_onnx(&folder.join(format!("light_{name}.onnx")), &Limits::default()).unwrap();
    let expected = std::fs::read(folder.join(format!("light_{name}_output_0.pb"))).unwrap();
    let expected = TensorProto::decode(&expected[..]).unwrap();
    let expected = if expected.raw_data.is_empty() { expected.float_data } else { floats(&expected.raw_data) };
    // These files name a shape and a number where others have their weights.
    let compiled = compile_within(&source.model, &Options::default(), 1 << 30).expect("the network compiles");
    drop(source);
    assert_close(&run_native(&mut native(&compiled), &input()), &expected, "natively");
    let model = component(&compiled, None, Simd::Relaxed);
    assert_close(&run_component(&model, &input()), &expected, "in WebAssembly");
}

#[test]
fn alexnet_gives_the_outputs_that_onnx_expects() {
    check("bvlc_alexnet");
}

#[test]
fn densenet_gives_the_outputs_that_onnx_expects() {
    check("densenet121");
}

#[test]
fn inception_v1_gives_the_outputs_that_onnx_expects() {
    check("inception_v1");
}

#[test]
fn inception_v2_gives_the_outputs_that_onnx_expects() {
    check("inception_v2");
}

#[test]
fn resnet50_gives_the_outputs_that_onnx_expects() {
    check("resnet50");
}

#[test]
fn shufflenet_gives_the_outputs_that_onnx_expects() {
    check("shufflenet");
}

#[test]
fn squeezenet_gives_the_outputs_that_onnx_expects() {
    check("squeezenet");
}

#[test]
fn vgg19_gives_the_outputs_that_onnx_expects() {
    check("vgg19");
}

#[test]
fn zfnet_gives_the_outputs_that_onnx_expects() {
    check("zfnet512");
}

/// In int8 a network gives the same bits natively and in WebAssembly, and nearly what it gives in f32.
fn check_int8(name: &str) {
    let Some(onnx) = python::package("onnx") else { return };
    let file = onnx.join("backend/test/data/light").join(format!("light_{name}.onnx"));
    let source = Source::from_onnx(&file, &Limits::default()).unwrap();
    let float = compile_within(&source.model, &Options::default(), 1 << 30).unwrap();
    let calibration = Some(calibrate(&float, &[input()], Ranges::default()).unwrap());
    let options = Options { calibration, ..Options::default() };
    let quantized = compile_within(&source.model, &options, 1 << 30).unwrap();
    drop(source);
    let expected = run_native(&mut native(&float), &input());
    let found = run_native(&mut native(&quantized), &input());
    let in_wasm = run_component(&component(&quantized, None, Simd::Relaxed), &input());
    let bits = |values: &[f32]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
    assert!(bits(&found) == bits(&in_wasm), "{name}: other bits in WebAssembly");
    let largest = expected.iter().fold(0.0f32, |largest, value| largest.max(value.abs()));
    let off = found.iter().zip(&expected).fold(0.0f32, |most, (a, b)| most.max((a - b).abs()));
    println!("{name}: {} steps; outputs up to {largest}, off by {off}", quantized.plan.steps.len());
    assert!(off <= 0.1 * largest, "{name}: {off} off of {largest}");
    let share = quantized.constants.len() as f64 / float.constants.len() as f64;
    // A quarter, and what fills up windows of depthwise convolutions and channels of small groups.
    assert!(share < 0.31, "{name}: its weights are {share} of f32's");
}

#[test]
fn resnet50_in_int8_is_itself() {
    check_int8("resnet50");
}

#[test]
fn shufflenet_in_int8_is_itself() {
    check_int8("shufflenet");
}

#[test]
fn inception_v1_in_int8_is_itself() {
    check_int8("inception_v1");
}
