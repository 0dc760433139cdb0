//! EfficientNet-Lite0 in int8, calibrated with every other photograph and looked at with the others: nearly of one mind
//! with itself in f32, a quarter as large, and the same bits wherever it runs.

use crate::inference::accuracy::{data, inputs, photographs, recipe};
use crate::inference::network::{bytes, compiled, component, native, packaged, run_component, run_native, top};
use crate::inference::node;
use maasm_compile::quantize::calibrate;
use maasm_compile::{Compiled, Options, compile};
use maasm_component::Ranges;
use maasm_graph::{Limits, Source};
use maasm_package::{Simd, package};
use maasm_plan::{Card, Op, Recipe};
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

/// In f32 and in int8, and inputs that the latter was not calibrated with, with their classes.
struct Both {
    float: Compiled,
    quantized: Compiled,
    others: Vec<(Vec<f32>, usize)>,
}

/// Both, made once for all tests.
fn both(data: &Path) -> &'static Both {
    static MADE: OnceLock<Both> = OnceLock::new();
    MADE.get_or_init(|| make(data))
}

fn make(data: &Path) -> Both {
    let source = Source::from_onnx(&data.join("efficientnet-lite0.onnx"), &Limits::default()).unwrap();
    let float = compiled(&source);
    let (mut samples, mut others) = (Vec::new(), Vec::new());
    for (index, (input, class)) in inputs(data).iter().enumerate() {
        match index % 2 {
            0 => samples.push(input.clone()),
            _ => others.push((input.clone(), *class)),
        }
    }
    let calibration = calibrate(&float, &samples, Ranges::default()).unwrap();
    let options = Options { calibration: Some(calibration), ..Options::default() };
    let quantized = compile(&source.model, &options).unwrap();
    Both { float, quantized, others }
}

#[test]
fn int8_is_nearly_as_often_right_as_f32_and_a_quarter_as_large() {
    let Some(data) = data() else { return };
    let Both { float, quantized, others } = both(&data);
    let [mut in_float, mut in_int8] = [float, quantized].map(native);
    let (mut right, mut right_in_int8, mut agreed) = (0, 0, 0);
    for (input, class) in others {
        let (a, b) = (top(&run_native(&mut in_float, input)), top(&run_native(&mut in_int8, input)));
        right += i32::from(a == *class);
        right_in_int8 += i32::from(b == *class);
        agreed += i32::from(a == b);
    }
    let (all, weights) = (others.len(), quantized.constants.len() as f64 / float.constants.len() as f64);
    println!(
        "of {all}, f32 is right about {right}, int8 about {right_in_int8}; they agree on {agreed}; {weights:.3} of the weights"
    );
    assert!(right_in_int8 + 1 >= right, "int8 loses more than one point");
    assert!(agreed * 100 >= all as i32 * 95, "they agree on {agreed} of {all} only");
    assert!(weights < 0.27, "the weights are {weights} of f32's");
    let is_float = |op: &Op| matches!(op, Op::Conv(_) | Op::Depthwise(_));
    assert!(!quantized.plan.steps.iter().any(|step| is_float(&step.op)), "a convolution is left in f32");
}

/// The size of a component of EfficientNet-Lite0 with everything that comes with it.
fn size(compiled: &Compiled, media: &[&str]) -> f64 {
    let labels = include_str!("../../models/imagenet-labels.txt").lines().collect();
    let media = media.iter().map(|&name| name.into()).collect();
    let card = Card { name: "lite0".into(), version: "1.0.0".into(), labels, media, ..Card::default() };
    package(compiled, card, Some(Recipe::Image(recipe())), Simd::Relaxed).unwrap().len() as f64
}

#[test]
fn a_component_in_int8_has_at_most_28_hundredths_of_one_in_f32() {
    let Some(data) = data() else { return };
    let Both { float, quantized, .. } = both(&data);
    for media in [&[][..], &["image/jpeg", "image/png"]] {
        let (float, int8) = (size(float, media), size(quantized, media));
        println!("{int8} bytes of {float} are {:.4}, with pictures {media:?}", int8 / float);
        assert!(int8 <= 0.28 * float, "{int8} bytes of {float}, with pictures {media:?}");
    }
}

#[test]
fn int8_gives_the_same_bits_natively_in_webassembly_with_and_without_relaxed_simd_and_in_node() {
    let Some(data) = data() else { return };
    let Both { quantized, .. } = both(&data);
    let inputs: Vec<Vec<f32>> = inputs(&data).iter().map(|(input, _)| input.clone()).collect();
    let mut executor = native(quantized);
    let in_node = node::run(&packaged(quantized, None, Simd::Plain), &inputs);
    let [relaxed, plain] = [Simd::Relaxed, Simd::Plain].map(|simd| component(quantized, None, simd));
    for (index, input) in inputs.iter().enumerate() {
        let expected = bytes(&run_native(&mut executor, input));
        assert!(bytes(&run_component(&relaxed, input)) == expected, "relaxed SIMD differs at photograph {index}");
        assert!(bytes(&run_component(&plain, input)) == expected, "plain SIMD differs at photograph {index}");
        if let Some(all) = &in_node {
            let own = &all[index * expected.len()..][..expected.len()];
            assert!(own == expected, "Node differs at photograph {index}");
        }
    }
    let node = if in_node.is_some() { " and in Node" } else { "" };
    println!("{} photographs: the same bits natively, with relaxed SIMD, without{node}", inputs.len());
}

#[test]
fn a_component_in_int8_is_made_from_the_command_line_and_recognises_photographs() {
    let Some(data) = data() else { return };
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("lite0.wasm");
    let package = |more: &[&str]| {
        let mut maasm = Command::new(env!("CARGO_BIN_EXE_maasm"));
        maasm.arg("package").arg(data.join("efficientnet-lite0.onnx")).args(["--name", "lite0", "--version", "1.0.0"]);
        maasm.args(more).arg("--output").arg(&output).output().unwrap()
    };
    let photographs_folder = data.join("imagenet");
    let calibrate = photographs_folder.to_str().unwrap();
    let recipe_option = ["--preprocess", "efficientnet-lite"];
    let whole = ["--quantize", "int8", "--calibrate", calibrate];
    let made = package(&[&recipe_option[..], &whole].concat());
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let size = std::fs::metadata(&output).unwrap().len();
    assert!(size < 5_500_000, "it has {size} bytes");
    let engine = maasm_engine::Engine::new(Default::default()).unwrap();
    let model = engine.load(&output).unwrap();
    let photographs = photographs(&data);
    let right = photographs.iter().take(20).filter(|(photograph, class)| {
        model.recognize(photograph, 1).unwrap().classifications[0].index as usize == *class
    });
    assert!(right.count() >= 16);

    let told = |more: &[&str]| String::from_utf8(package(more).stderr).unwrap();
    let without = told(&whole);
    assert!(without.contains("say --preprocess"), "{without}");
    assert!(told(&["--quantize", "int8"]).contains("--calibrate"));
    let empty = folder.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    let nothing = told(&[&recipe_option[..], &["--quantize", "int8", "--calibrate", empty.to_str().unwrap()]].concat());
    assert!(nothing.contains("has no samples"), "{nothing}");
    // The recipe that the other tests use is the one that was named.
    assert_eq!(recipe().width, 224);
}
