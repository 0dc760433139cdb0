//! Models that arrive quantised, as onnxruntime's `quantize_static` writes them: they compute with the file's integers, and
//! answer as onnxruntime does with the same file.

use crate::inference::accuracy::{data, inputs};
use crate::inference::network::{bytes, compiled, component, native, onnxruntime, run_component, run_native, top};
use maasm_compile::{Compiled, Layers};
use maasm_graph::{Limits, Source};
use maasm_package::Simd;
use maasm_plan::Op;
use maasm_tests::onnx::{self, integers, node, value};
use maasm_tests::python;
use maasm_tests::random::Random;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;
use tract_onnx::pb::{AttributeProto, GraphProto, TensorProto, attribute_proto};

/// How a model is quantised.
#[derive(Clone, Copy, Debug)]
struct Way {
    /// `QDQ` or `QOperator`.
    form: &'static str,
    /// `uint8` or `int8`.
    activations: &'static str,
    /// Of weights: one for each output `channel`, or one for the `tensor`.
    scales: &'static str,
}

const WAYS: [Way; 4] = [
    Way { form: "QDQ", activations: "uint8", scales: "channel" },
    Way { form: "QDQ", activations: "int8", scales: "tensor" },
    Way { form: "QOperator", activations: "uint8", scales: "tensor" },
    Way { form: "QOperator", activations: "int8", scales: "channel" },
];

/// A quantised model in a folder of its own.
struct Quantized {
    folder: TempDir,
}

impl Quantized {
    /// Quantises by onnxruntime, if it is there. The samples show the ranges of values.
    fn new(model: &Path, samples: &[Vec<f32>], shape: &str, way: Way) -> Option<Self> {
        let python = python::interpreter()?;
        let made = Self { folder: tempfile::tempdir().unwrap() };
        let given = made.folder.path().join("samples");
        fs::write(&given, bytes(&samples.concat())).unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/inference/quantize_static.py");
        let mut command = Command::new(python);
        // Where onnxruntime's sums of products would overflow, weights get one bit less.
        let bits = if adds_up() { "8" } else { "7" };
        let settings = [shape, way.form, way.activations, way.scales, bits];
        command.args([&script, model, &given]).args(settings).arg(made.path());
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Some(made)
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("quantized.onnx")
    }

    fn source(&self) -> Source {
        Source::from_onnx(&self.path(), &Limits::default()).unwrap()
    }
}

/// Photographs as inputs: those to calibrate with, and the others.
fn halves(data: &Path) -> [Vec<Vec<f32>>; 2] {
    let half = |first: usize| inputs(data).iter().skip(first).step_by(2).map(|(input, _)| input.clone()).collect();
    [half(0), half(1)]
}

/// Whether onnxruntime adds up products of bytes exactly here: on x86 without VNNI it does so in 16 bits.
fn adds_up() -> bool {
    #[cfg(target_arch = "x86_64")]
    return std::is_x86_feature_detected!("avx512vnni") || std::is_x86_feature_detected!("avxvnni");
    #[cfg(not(target_arch = "x86_64"))]
    true
}

#[test]
fn a_quantised_efficientnet_computes_with_bytes_and_answers_as_onnxruntime_does() {
    let Some(data) = data() else { return };
    let [samples, others] = halves(&data);
    let classes: Vec<usize> = inputs(&data).iter().skip(1).step_by(2).map(|(_, class)| *class).collect();
    for way in WAYS {
        let model = data.join("efficientnet-lite0.onnx");
        let Some(quantized) = Quantized::new(&model, &samples, "1x3x224x224", way) else { return };
        let expected = onnxruntime(&quantized.path(), &others, None).expect("it has just been there");
        let compiled = compiled(&quantized.source());
        assert_eq!(compiled.layers(), Layers { int8: 50, float: 0 }, "{way:?}");
        let mut executor = native(&compiled);
        let answers: Vec<_> = others.iter().map(|input| run_native(&mut executor, input)).collect();
        let same = answers.iter().zip(&expected).filter(|(a, b)| top(a) == top(b)).count();
        let equal = answers.iter().flatten().zip(expected.iter().flatten()).filter(|(a, b)| a == b).count();
        let all: usize = expected.iter().map(Vec::len).sum();
        let right = |answers: &[Vec<f32>]| answers.iter().zip(&classes).filter(|(a, class)| top(a) == **class).count();
        println!(
            "{way:?}: {same} of {} first answers as onnxruntime's, {equal} of {all} logits; {} are right, of \
             onnxruntime's {}",
            others.len(),
            right(&answers),
            right(&expected)
        );
        assert!(same * 100 >= others.len() * 99, "{way:?}: only {same} of {} first answers", others.len());
    }
}

#[test]
fn a_quantised_model_gives_the_same_bits_natively_and_in_webassembly_with_and_without_relaxed_simd() {
    for way in [WAYS[0], WAYS[3]] {
        let Some(small) = small(way) else { return };
        let compiled = compiled(&small.quantized.source());
        let mut executor = native(&compiled);
        let [relaxed, plain] = [Simd::Relaxed, Simd::Plain].map(|simd| component(&compiled, None, simd));
        for input in &small.inputs {
            let expected = bytes(&run_native(&mut executor, input));
            assert!(bytes(&run_component(&relaxed, input)) == expected, "{way:?}: relaxed SIMD differs");
            assert!(bytes(&run_component(&plain, input)) == expected, "{way:?}: plain SIMD differs");
        }
    }
}

#[test]
fn outputs_of_a_small_network_are_within_one_step_of_onnxruntimes() {
    for way in WAYS {
        let Some(Small { quantized, inputs }) = small(way) else { return };
        let source = quantized.source();
        let expected = onnxruntime(&quantized.path(), &inputs, None).expect("it has just been there");
        let step = scale(&source, "scores_scale");
        let compiled = compiled(&source);
        assert_eq!(compiled.layers(), Layers { int8: 6, float: 0 }, "{way:?}");
        assert_eq!(count(&compiled, |op| matches!(op, Op::QLinearAdd(_))), 1, "{way:?}");
        let mut executor = native(&compiled);
        for (input, expected) in inputs.iter().zip(&expected) {
            let answer = run_native(&mut executor, input);
            let furthest = answer.iter().zip(expected).map(|(a, b)| (a - b).abs() / step).fold(0.0, f32::max);
            assert!(furthest < 1.01, "{way:?}: {furthest} steps from {expected:?}");
            assert!(
                expected.iter().any(|&score| (score - expected[0]).abs() > 20.0 * step),
                "{way:?}: it says nothing"
            );
        }
    }
}

fn count(compiled: &Compiled, counts: impl Fn(&Op) -> bool) -> usize {
    compiled.plan.steps.iter().filter(|step| counts(&step.op)).count()
}

/// The initialiser of this name, one f32 number.
fn scale(source: &Source, name: &str) -> f32 {
    let graph = source.model.graph.as_ref().unwrap();
    let tensor = graph.initializer.iter().find(|tensor| tensor.name == name).expect("there is such a scale");
    match tensor.raw_data[..] {
        [a, b, c, d] => f32::from_le_bytes([a, b, c, d]),
        _ => tensor.float_data[0],
    }
}

/// A small network, quantised, and inputs for it.
struct Small {
    quantized: Quantized,
    inputs: Vec<Vec<f32>>,
}

/// Odd numbers of channels; padding, strides, groups, a depthwise convolution of an odd window, a residual, pools and a
/// dense layer.
fn small(way: Way) -> Option<Small> {
    let mut random = Random::new(11);
    let mut weights = |name: &str, shape: &[i64]| {
        let elements: i64 = shape.iter().product();
        let numbers: Vec<f32> = (0..elements).map(|_| random.float(-1.0, 1.0)).collect();
        let raw_data = bytes(&numbers);
        TensorProto { name: name.into(), dims: shape.to_vec(), data_type: 1, raw_data, ..Default::default() }
    };
    let group = |groups: i64| {
        let r#type = attribute_proto::AttributeType::Int as i32;
        AttributeProto { name: "group".into(), r#type, i: groups, ..Default::default() }
    };
    let pads = |pads: [i64; 4]| integers("pads", &pads);
    let graph = GraphProto {
        name: "small".into(),
        input: vec![value("image", &[1, 3, 19, 17])],
        output: vec![value("scores", &[1, 11])],
        initializer: vec![
            weights("stem.weight", &[10, 3, 3, 3]),
            weights("stem.bias", &[10]),
            weights("depthwise.weight", &[10, 1, 3, 3]),
            weights("depthwise.bias", &[10]),
            weights("grouped.weight", &[14, 5, 2, 3]),
            weights("pointwise.weight", &[7, 14, 1, 1]),
            weights("pointwise.bias", &[7]),
            weights("residual.weight", &[7, 7, 3, 3]),
            weights("residual.bias", &[7]),
            weights("dense.weight", &[11, 7]),
            weights("dense.bias", &[11]),
        ],
        node: vec![
            node(
                "Conv",
                &["image", "stem.weight", "stem.bias"],
                &["stem"],
                vec![pads([1, 0, 1, 1]), integers("strides", &[1, 2])],
            ),
            node("Relu", &["stem"], &["stem.relu"], vec![]),
            node(
                "Conv",
                &["stem.relu", "depthwise.weight", "depthwise.bias"],
                &["depthwise"],
                vec![pads([1, 1, 1, 1]), group(10)],
            ),
            node("Conv", &["depthwise", "grouped.weight"], &["grouped"], vec![pads([0, 1, 1, 1]), group(2)]),
            node("Relu", &["grouped"], &["grouped.relu"], vec![]),
            node("Conv", &["grouped.relu", "pointwise.weight", "pointwise.bias"], &["pointwise"], vec![]),
            node(
                "MaxPool",
                &["pointwise"],
                &["pooled"],
                vec![integers("kernel_shape", &[2, 2]), integers("strides", &[2, 2])],
            ),
            node(
                "Conv",
                &["pooled", "residual.weight", "residual.bias"],
                &["residual"],
                vec![pads([2, 2, 2, 2]), integers("dilations", &[2, 2])],
            ),
            node("Add", &["residual", "pooled"], &["sum"], vec![]),
            node("Relu", &["sum"], &["sum.relu"], vec![]),
            node("GlobalAveragePool", &["sum.relu"], &["mean"], vec![]),
            node("Flatten", &["mean"], &["flat"], vec![]),
            node(
                "Gemm",
                &["flat", "dense.weight", "dense.bias"],
                &["scores"],
                vec![AttributeProto {
                    name: "transB".into(),
                    r#type: attribute_proto::AttributeType::Int as i32,
                    i: 1,
                    ..Default::default()
                }],
            ),
        ],
        ..Default::default()
    };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("small.onnx");
    fs::write(&file, onnx::encode(&onnx::model(graph))).unwrap();
    let mut inputs = |count: usize| -> Vec<Vec<f32>> {
        (0..count).map(|_| (0..3 * 19 * 17).map(|_| random.float(-1.0, 1.0)).collect()).collect()
    };
    let (samples, inputs) = (inputs(16), inputs(8));
    Some(Small { quantized: Quantized::new(&file, &samples, "1x3x19x17", way)?, inputs })
}
