//! What the host computes is what the component computes.

use crate::nn::support::{by_host, card, compiled, component, engine, in_sandbox};
use maasm_compile::Options;
use maasm_compile::quantize::calibrate;
use maasm_component::Ranges;
use maasm_component::WeightFormat;
use maasm_engine::{CallError, ElementType, ModelError, Tensor};
use maasm_package::{kept, over_nn};
use maasm_tests::onnx::{model, node, small_network, value, value_of};
use tract_onnx::pb::GraphProto;
use tract_onnx::pb::tensor_proto::DataType;

fn image(step: usize) -> Vec<f32> {
    (0..3 * 8 * 8).map(|index| ((index * 31 + step * 17) % 97) as f32 / 97.0 - 0.3).collect()
}

fn tensor(step: usize) -> Tensor {
    let data = image(step).iter().flat_map(|number| number.to_le_bytes()).collect();
    Tensor { name: "image".into(), element_type: ElementType::F32, shape: vec![1, 3, 8, 8], data }
}

fn floats(tensors: &[Tensor]) -> Vec<f32> {
    tensors[0].data.as_chunks().0.iter().copied().map(f32::from_le_bytes).collect()
}

#[test]
fn a_component_says_what_it_computes_bit_for_bit() {
    for weights in [None, Some(WeightFormat::Sparse), Some(WeightFormat::F16)] {
        let compiled = compiled(&small_network(), &Options { weights, ..Options::default() });
        let kept = kept(&component(&compiled)).unwrap();
        assert_eq!(kept.package.plan, compiled.plan);
        assert!(kept.constants.as_ref() == compiled.constants, "{weights:?}: other constants");
    }
}

#[test]
fn in_f32_host_and_sandbox_agree_to_the_last_digits() {
    let engine = engine(2);
    let component = component(&compiled(&small_network(), &Options::default()));
    let [sandbox, host] = [in_sandbox(&engine, &component), by_host(&engine, &component)];
    assert_eq!(host.description(), sandbox.description());
    for step in 0..5 {
        let [found, expected] = [&host, &sandbox].map(|model| floats(&model.infer(&[tensor(step)]).unwrap()));
        for (a, b) in found.iter().zip(&expected) {
            assert!((a - b).abs() <= 1e-5 * b.abs().max(1.0), "{found:?} is not {expected:?}");
        }
    }
}

#[test]
fn in_int8_host_and_sandbox_give_the_same_bits() {
    let engine = engine(2);
    let float = compiled(&small_network(), &Options::default());
    let samples: Vec<Vec<f32>> = (0..8).map(image).collect();
    let calibration = Some(calibrate(&float, &samples, Ranges::default()).unwrap());
    let component = component(&compiled(&small_network(), &Options { calibration, ..Options::default() }));
    let [sandbox, host] = [in_sandbox(&engine, &component), by_host(&engine, &component)];
    for step in 0..20 {
        let [found, expected] = [&host, &sandbox].map(|model| model.infer(&[tensor(step)]).unwrap());
        assert_eq!(found, expected, "input {step}");
    }
}

#[test]
fn tensors_that_wasi_nn_does_not_have_are_refused_when_it_is_made() {
    let graph = GraphProto {
        name: "not".into(),
        input: vec![value_of(DataType::Bool, "a", &[1, 2])],
        output: vec![value_of(DataType::Bool, "b", &[1, 2])],
        node: vec![node("Not", &["a"], &["b"], vec![])],
        ..Default::default()
    };
    let compiled = compiled(&model(graph), &Options::default());
    let error = over_nn(card(), None, &compiled.plan).unwrap_err().to_string();
    assert!(error.contains("no tensors of Bool, which a is"), "{error}");
}

#[test]
fn an_output_whose_length_is_computed_has_that_length() {
    let mut places = value("places", &[]);
    places.r#type = None;
    let graph = GraphProto {
        name: "found".into(),
        input: vec![value("x", &[6])],
        output: vec![places],
        node: vec![node("NonZero", &["x"], &["places"], vec![])],
        ..Default::default()
    };
    let engine = engine(2);
    let component = component(&compiled(&model(graph), &Options::default()));
    let data: Vec<u8> = [0.0f32, 1.0, 0.0, 2.0, 0.0, 0.0].iter().flat_map(|number| number.to_le_bytes()).collect();
    let input = Tensor { name: "x".into(), element_type: ElementType::F32, shape: vec![6], data };
    let [sandbox, host] = [in_sandbox(&engine, &component), by_host(&engine, &component)];
    let expected = sandbox.infer(std::slice::from_ref(&input)).unwrap();
    assert_eq!(expected[0].shape, [1, 2]);
    assert_eq!(host.infer(&[input]).unwrap(), expected);
}

#[test]
fn what_a_step_refuses_is_told_as_in_the_sandbox() {
    let indices = maasm_tests::onnx::weights("table", &[4, 2]);
    let graph = GraphProto {
        name: "lookup".into(),
        input: vec![value_of(DataType::Int64, "index", &[1])],
        output: vec![value("row", &[1, 2])],
        initializer: vec![indices],
        node: vec![node("Gather", &["table", "index"], &["row"], vec![])],
        ..Default::default()
    };
    let engine = engine(2);
    let component = component(&compiled(&model(graph), &Options::default()));
    let data = 9i64.to_le_bytes().to_vec();
    let input = Tensor { name: "index".into(), element_type: ElementType::I64, shape: vec![1], data };
    for model in [in_sandbox(&engine, &component), by_host(&engine, &component)] {
        match model.infer(std::slice::from_ref(&input)) {
            Err(CallError::Model(ModelError::InvalidTensor(complaint))) => {
                assert!(complaint.reason.contains('9'), "{complaint:?}");
            }
            other => panic!("{other:?}"),
        }
    }
}
