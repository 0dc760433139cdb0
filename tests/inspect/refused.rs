//! Files that are no models.

use super::{folder, graph, maasm};
use maasm_tests::onnx::{encode, small_network, value};

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
