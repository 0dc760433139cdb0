//! The truth about EfficientNet-Lite0 on real photographs: what scikit-learn finds in onnxruntime's answers to the same
//! pixels.

use crate::inference::accuracy::{data, inputs, photographs};
use crate::inference::network::onnxruntime;
use maasm_tests::python;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// How far a figure may be off that follows from which answer comes first. Nothing but rounding at the end.
const EXACT: f64 = 1e-9;
/// … that follows from probabilities, which differ by as much as logits do.
const NEAR: f64 = 1e-6;
/// … that changes by a step when a confidence passes from one bin to the next, or two scores change places.
const STEPS: f64 = 1e-3;

/// Evaluates a version by the program itself.
fn evaluate(component: &Path, table: &Path) -> Value {
    let mut maasm = Command::new(env!("CARGO_BIN_EXE_maasm"));
    maasm.env("MAASM_CONFIG", "/dev/null").arg("evaluate").arg(component).arg("--data").arg(table).arg("--json");
    let output = maasm.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn package(data: &Path, to: &Path) {
    let labels = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/imagenet-labels.txt");
    let mut maasm = Command::new(env!("CARGO_BIN_EXE_maasm"));
    maasm.arg("package").arg(data.join("efficientnet-lite0.onnx")).arg("--labels").arg(labels);
    maasm.args(["--name", "lite0", "--version", "1.0.0", "--preprocess", "efficientnet-lite", "-o"]).arg(to);
    assert!(maasm.output().unwrap().status.success());
}

#[test]
fn figures_are_those_that_scikit_learn_finds_in_onnxruntimes_answers() {
    let Some(data) = data() else { return };
    let Some(interpreter) = python::interpreter() else { return };
    let folder = tempfile::tempdir().unwrap();
    let photographs = photographs(&data);
    let inputs: Vec<_> = inputs(&data).iter().map(|(input, _)| input.clone()).collect();
    let logits = onnxruntime(&data.join("efficientnet-lite0.onnx"), &inputs, None).unwrap();
    let truth: Vec<usize> = photographs.iter().map(|(_, class)| *class).collect();
    let answers = folder.path().join("answers.json");
    std::fs::write(&answers, json!({ "truth": truth, "logits": logits }).to_string()).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/inference/evaluation.py");
    let output = Command::new(interpreter).arg(script).arg(answers).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let expected: Map<String, Value> = serde_json::from_slice(&output.stdout).unwrap();

    let table = folder.path().join("photographs.jsonl");
    let mut lines = String::new();
    for (index, (photograph, class)) in photographs.iter().enumerate() {
        std::fs::write(folder.path().join(index.to_string()), photograph).unwrap();
        lines += &format!("{}\n", json!({ "file": index.to_string(), "label": class }));
    }
    std::fs::write(&table, lines).unwrap();
    let component = folder.path().join("lite0.wasm");
    package(&data, &component);
    let report = evaluate(&component, &table);
    assert_eq!((&report["evaluated"], &report["failed"]), (&200.into(), &0.into()));

    let tolerance: BTreeMap<&str, f64> = [
        ("log_loss", NEAR),
        ("brier_score", NEAR),
        ("roc_auc_macro", STEPS),
        ("average_precision_macro", STEPS),
        ("expected_calibration_error", STEPS),
    ]
    .into();
    for (name, expected) in &expected {
        let found = report["metrics"][name]["value"].as_f64().unwrap_or_else(|| panic!("there is no {name}"));
        let expected = expected.as_f64().unwrap();
        println!("{name}: {found} here, {expected} there, {:.1e} apart", (found - expected).abs());
        let tolerance = tolerance.get(name.as_str()).copied().unwrap_or(EXACT);
        assert!((found - expected).abs() <= tolerance, "{name} is {found}, should be {expected}");
    }
    let there: Vec<&String> = report["metrics"].as_object().unwrap().keys().collect();
    assert_eq!(there.len(), expected.len(), "not everything was compared: {there:?}");
}
