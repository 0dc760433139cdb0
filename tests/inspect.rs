//! `maasm inspect` on the command line: what it tells, and that bad files give one `error:` line and exit code 1.

use maasm_tests::onnx::{encode, integers, model, node, small_network, value, weights};
use serde_json::Value as Json;
use std::path::Path;
use std::process::{Command, Output};
use tract_onnx::pb::{GraphProto, ModelProto};

fn maasm(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_maasm")).current_dir(folder).args(arguments).output().unwrap()
}

/// A new folder with these bytes as `model.onnx`.
fn folder(bytes: &[u8]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("model.onnx"), bytes).unwrap();
    folder
}

#[track_caller]
fn printed(folder: &Path, arguments: &[&str]) -> String {
    let output = maasm(folder, arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Checks that every subcommand that reads a model refuses this one in one line.
#[track_caller]
fn refused(bytes: &[u8], reason: &str) {
    let package = ["package", "model.onnx", "--name", "x", "--version", "1.0.0", "-o", "x.wasm"];
    for arguments in [&["inspect", "model.onnx"][..], &package] {
        let folder = folder(bytes);
        let output = maasm(folder.path(), arguments);
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {message}");
        assert!(output.stdout.is_empty() && !folder.path().join("x.wasm").exists());
        assert!(message.starts_with("error: model.onnx: "), "{arguments:?}: {message}");
        assert_eq!(message.lines().count(), 1, "{arguments:?}: {message}");
        assert!(message.contains(reason), "the message should say {reason:?}: {message}");
    }
}

fn graph(model: &mut ModelProto) -> &mut GraphProto {
    model.graph.as_mut().unwrap()
}

#[test]
fn corrupt_truncated_empty_enormous_and_cyclic_files_are_refused() {
    let good = encode(&small_network());
    refused(b"", "is empty");
    refused(b"this is no model", "is not an ONNX file but text");
    refused(&good[..good.len() / 2], "truncated");
    refused(&[&good[..40], &[0xff; 40], &good[80..]].concat(), "");

    let mut enormous = small_network();
    graph(&mut enormous).initializer[0].dims = vec![1_000_000, 1_000_000];
    refused(&encode(&enormous), "\"conv.weight\"");
    let mut enormous = small_network();
    graph(&mut enormous).input[0] = value("image", &[1, 3, 1 << 40, 1 << 40]);
    refused(&encode(&enormous), "input \"image\"");

    let mut cyclic = small_network();
    graph(&mut cyclic).node[0].input[0] = "relu".into();
    refused(&encode(&cyclic), "cycle");
}

#[test]
fn a_model_is_told_as_text() {
    let text = printed(folder(&encode(&small_network())).path(), &["inspect", "model.onnx"]);
    for line in [
        "model       small (ai.onnx 13)",
        "inputs      image  float  [1, 3, 8, 8]",
        "outputs     scores  float  [1, 5]",
        "operators   6 (1 BatchNormalization, 1 Conv, 1 Gemm, 1 GlobalAveragePool, 1 Relu, 1 Reshape)",
        // 4·64 places × 27 weights, and 4 × 5.
        "work        6 932 multiply-accumulates (0.00 GFLOP)",
    ] {
        assert!(text.lines().any(|l| l == line), "{line:?} should be in\n{text}");
    }
}

#[test]
fn a_model_is_told_as_json_step_by_step() {
    let folder = folder(&encode(&small_network()));
    let text = printed(folder.path(), &["inspect", "model.onnx", "--json", "--steps"]);
    let report: Json = serde_json::from_str(&text).unwrap();
    assert_eq!(report["operators"]["Conv"], 1);
    let steps = report["compiled"]["steps"].as_array().unwrap();
    assert_eq!(steps[0]["output"], serde_json::json!([1, 8, 8, 4]));
    // 4 filters of 3·3·3, and a bias each.
    assert_eq!(steps[0]["parameters"], 4 * 27 + 4);
    let total: u64 = steps.iter().map(|step| step["multiply_accumulates"].as_u64().unwrap()).sum();
    assert_eq!(report["compiled"]["multiply_accumulates"], total);
}

#[test]
fn what_does_not_compile_is_listed_and_the_rest_is_told() {
    let unknown = model(GraphProto {
        name: "strange".into(),
        input: vec![value("x", &[1, 4])],
        output: vec![value("y", &[1, 4])],
        initializer: vec![weights("w", &[1, 4])],
        node: vec![
            node("Frobnicate", &["x"], &["first"], vec![]),
            node("Add", &["first", "w"], &["sum"], vec![]),
            node("Frobnicate", &["sum"], &["y"], vec![integers("axes", &[1])]),
        ],
        ..Default::default()
    });
    let folder = folder(&encode(&unknown));
    let report: Json = serde_json::from_str(&printed(folder.path(), &["inspect", "model.onnx", "--json"])).unwrap();
    assert_eq!(report["operators"]["Frobnicate"], 2);
    let unsupported = report["unsupported"].as_array().unwrap();
    let nodes: Vec<_> = unsupported.iter().map(|node| node["node"].as_str().unwrap()).collect();
    assert_eq!(nodes, ["first", "y"]);
    let text = printed(folder.path(), &["inspect", "model.onnx"]);
    assert!(text.contains("compiles    no, 2 nodes stand in the way"), "{text}");
}

#[test]
fn an_open_shape_can_be_given() {
    let mut open = small_network();
    graph(&mut open).input[0] = value("image", &[1, 3, -1, -1]);
    let folder = folder(&encode(&open));
    assert!(printed(folder.path(), &["inspect", "model.onnx"]).contains("--shape image="));
    let text = printed(folder.path(), &["inspect", "model.onnx", "--shape", "image=1x3x16x16"]);
    assert!(text.contains("compiles    yes"), "{text}");
}

#[test]
fn the_structure_goes_round() {
    let folder = folder(&encode(&small_network()));
    let structure = printed(folder.path(), &["inspect", "model.onnx", "--structure"]);
    assert!(structure.starts_with("{\n  \"format\": \"maasm-structure/1\""), "{structure}");
    printed(folder.path(), &["inspect", "model.onnx", "--structure", "-o", "small.json"]);
    assert_eq!(std::fs::read_to_string(folder.path().join("small.json")).unwrap(), structure);
    let pair = ["--structure-file", "small.json", "--params", "small.safetensors"];
    let again = printed(folder.path(), &[&["inspect", "--structure"], &pair[..]].concat());
    assert_eq!(again, structure);
    let without_digest =
        |text: String| text.lines().filter(|line| !line.starts_with("digest")).collect::<Vec<_>>().join("\n");
    assert_eq!(
        without_digest(printed(folder.path(), &[&["inspect"], &pair[..]].concat())),
        without_digest(printed(folder.path(), &["inspect", "model.onnx"])),
    );
}
