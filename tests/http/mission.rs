//! Parameters and structure as JSON become a service, with Python's `requests`.

use crate::http::pictures::jpeg;
use crate::http::server::{Server, maasm};
use maasm_tests::{onnx, python, skip};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Runs the client, and gives what the server recognised.
fn mission(structure: &Path, parameters: &Path, photograph: &Path) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&[], &["--data-dir", folder.path().to_str().unwrap()]);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/http/mission.py");
    let mut client = Command::new(python::interpreter().unwrap());
    client.arg(script).arg(format!("http://{}", server.address)).args([structure, parameters, photograph]);
    let output = client.output().unwrap();
    assert!(output.status.success(), "{}\n{}", String::from_utf8_lossy(&output.stderr), server.log());
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Takes a model apart into structure and parameters, as `maasm inspect` does.
fn apart(arguments: &[&str], folder: &Path) -> (PathBuf, PathBuf) {
    let structure = folder.join("structure.json");
    let mut inspect = maasm();
    inspect.args(["inspect", "--structure", "-o"]).arg(&structure).args(arguments);
    assert!(inspect.status().unwrap().success());
    (structure.clone(), structure.with_extension("safetensors"))
}

/// Says in the structure what its graph does not: the classes, and how a picture becomes the input.
fn complete(structure: &Path, labels: &[&str], preprocess: &str) {
    let mut document: Value = serde_json::from_slice(&std::fs::read(structure).unwrap()).unwrap();
    document["labels"] = json!(labels);
    document["preprocess"] = json!(preprocess);
    std::fs::write(structure, document.to_string()).unwrap();
}

#[test]
fn parameters_and_structure_become_a_service() {
    if python::interpreter().is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("small.onnx");
    std::fs::write(&model, onnx::encode(&onnx::small_network())).unwrap();
    let (structure, parameters) = apart(&[model.to_str().unwrap()], folder.path());
    complete(&structure, &["ant", "bee", "cat", "dog", "eel"], "imagenet");
    let photograph = folder.path().join("photograph.jpg");
    std::fs::write(&photograph, jpeg()).unwrap();
    let answer = mission(&structure, &parameters, &photograph);
    assert_eq!((&answer["model"], &answer["version"]), (&json!("model"), &json!("1.0.0")));
    assert_eq!(answer["predictions"].as_array().unwrap().len(), 5);
}

#[test]
fn a_real_networks_parameters_recognise_a_photograph() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let photograph = data.join("imagenet/n01440764_tench.JPEG");
    if !photograph.is_file() {
        return skip::absent(&photograph);
    }
    if python::interpreter().is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (structure, parameters) = apart(&[data.join("efficientnet-lite0.onnx").to_str().unwrap()], folder.path());
    let labels = include_str!("../../models/imagenet-labels.txt");
    complete(&structure, &labels.lines().collect::<Vec<_>>(), "efficientnet-lite");
    let answer = mission(&structure, &parameters, &photograph);
    assert_eq!(answer["predictions"][0]["label"], "tench", "{answer}");
}
