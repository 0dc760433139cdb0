//! A real network and a real photograph.

use crate::server::{Server, maasm};
use std::path::Path;

#[test]
fn a_tench_is_recognised_as_one() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let network = data.join("efficientnet-lite0.onnx");
    if !network.is_file() {
        eprintln!("skipped: {} is not there", network.display());
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let component = folder.path().join("lite0.wasm");
    let labels = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/imagenet-labels.txt");
    let mut package = maasm();
    package.arg("package").arg(network).arg("--labels").arg(labels).arg("-o").arg(&component);
    package.args(["--name", "lite0", "--version", "1.0.0", "--preprocess", "efficientnet-lite"]);
    assert!(package.status().unwrap().success());

    let server = Server::start(&[&std::fs::read(component).unwrap()], &[]);
    let photograph = std::fs::read(data.join("imagenet/n01440764_tench.JPEG")).unwrap();
    let answer = server.post("?top_k=3", "application/json", &photograph).is_recognition();
    assert_eq!(answer["predictions"][0]["label"], "tench");
    assert!(answer["predictions"][0]["score"].as_f64().unwrap() > 0.5, "{answer}");
}
