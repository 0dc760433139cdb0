//! EfficientNet-Lite0 learns kinds of things of every other photograph and tells those of the others, as often as
//! scikit-learn's logistic regression on the same features does.

use crate::inference::accuracy::{data, inputs, photographs};
use crate::inference::network::{bytes, compiled, native, onnxruntime, run_native, top};
use maasm_graph::{Limits, Source};
use maasm_tests::python;
use prost::Message;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;

/// What kind of thing an ImageNet class is.
fn kind(class: usize) -> &'static str {
    match class {
        7..=24 | 80..=100 | 127..=146 => "bird",
        25..=68 => "reptile or amphibian",
        151..=268 => "dog",
        0..=397 => "other animal",
        924..=969 | 984..=998 => "food or plant",
        _ => "thing",
    }
}

#[test]
fn a_new_last_layer_is_as_good_as_scikit_learns() {
    let Some(data) = data() else { return };
    let Some(python) = python::interpreter() else { return };
    let folder = tempfile::tempdir().unwrap();
    let photographs = photographs(&data);
    for (index, (photograph, class)) in photographs.iter().enumerate() {
        let class = folder.path().join(["train", "test"][index % 2]).join(kind(*class));
        fs::create_dir_all(&class).unwrap();
        fs::write(class.join(format!("{index:03}.jpg")), photograph).unwrap();
    }
    let onnx = data.join("efficientnet-lite0.onnx");
    let maasm = |arguments: &[&str]| -> Value {
        let mut maasm = Command::new(env!("CARGO_BIN_EXE_maasm"));
        maasm.args(arguments).arg("--data-dir").arg(folder.path().join("models")).arg("--json");
        let output = maasm.output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    maasm(&["publish", &text(&onnx), "--name", "lite0", "--preprocess", "efficientnet-lite"]);
    let [train, test] = ["train", "test"].map(|part| text(&folder.path().join(part)));
    let tuned = maasm(&["tune", "lite0@1.0.0", "--data", &train, "--evaluate", &test, "--resamples", "0"]);
    let accuracy = tuned["accuracy"].as_f64().unwrap();

    // The version itself, taken at its word: the kind of its best class.
    let source = Source::from_onnx(&onnx, &Limits::default()).unwrap();
    let inputs: Vec<Vec<f32>> = inputs(&data).iter().map(|(input, _)| input.clone()).collect();
    let mut untouched = native(&compiled(&source));
    let others = photographs.iter().zip(&inputs).skip(1).step_by(2);
    let right =
        others.filter(|((_, class), input)| kind(top(&run_native(&mut untouched, input))) == kind(*class)).count();

    // scikit-learn, on features that onnxruntime computes.
    let features = maasm_restructure::head::features(&source.model).unwrap();
    let [model, rows, labels] = ["features.onnx", "features.f32", "labels.txt"].map(|name| folder.path().join(name));
    fs::write(&model, features.encode_to_vec()).unwrap();
    let computed = onnxruntime(&model, &inputs, Some(&[1, 3, 224, 224])).unwrap();
    fs::write(&rows, bytes(&computed.concat())).unwrap();
    let classes = tuned["classes"].as_array().unwrap();
    let line = |(index, (_, class)): (usize, &(Vec<u8>, usize))| {
        let class = classes.iter().position(|name| name == kind(*class)).unwrap();
        format!("{class} {}\n", index % 2)
    };
    fs::write(&labels, photographs.iter().enumerate().map(line).collect::<String>()).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/inference/tune.py");
    let mut fit = Command::new(python);
    fit.args([&script, &rows, &labels]).arg(tuned["tuned"]["c"].to_string());
    let output = fit.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let theirs: f64 = String::from_utf8(output.stdout).unwrap().trim().parse().unwrap();
    println!(
        "six kinds of things, 100 photographs to learn from and 100 others: tuned {:.0}, scikit-learn {theirs}, the \
         version itself {right} right; C = {}",
        accuracy * 100.0,
        tuned["tuned"]["c"]
    );
    assert!((accuracy * 100.0 - theirs).abs() <= 0.5, "scikit-learn is right about {theirs}");
}
