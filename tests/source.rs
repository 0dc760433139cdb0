//! Reading models: good ones are read whole, bad ones are refused with one sentence that says what is wrong.

use maasm_graph::{Limits, Source};
use maasm_tests::onnx::{encode, model, node, small_network, value, weights};
use std::path::{Path, PathBuf};
use tract_onnx::pb::tensor_proto::DataLocation;
use tract_onnx::pb::{ModelProto, StringStringEntryProto, TensorProto};

/// What reading these bytes as `model.onnx` gives.
fn read(bytes: &[u8]) -> Result<Source, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.onnx");
    std::fs::write(&path, bytes).unwrap();
    Source::from_onnx(&path, &Limits::default()).map_err(|error| error.to_string())
}

/// Checks that the small network is refused for this reason once `change` has spoilt it.
#[track_caller]
fn refused(reason: &str, change: impl FnOnce(&mut ModelProto)) {
    let mut model = small_network();
    change(&mut model);
    refused_bytes(reason, &encode(&model));
}

#[track_caller]
fn refused_bytes(reason: &str, bytes: &[u8]) {
    let error = read(bytes).expect_err("this model should be refused");
    assert!(error.contains(reason), "the message should say {reason:?}, and it says {error:?}");
    assert!(!error.contains('\n'), "the message should be one line: {error:?}");
}

fn graph(model: &mut ModelProto) -> &mut tract_onnx::pb::GraphProto {
    model.graph.as_mut().unwrap()
}

#[test]
fn a_good_model_is_read_with_all_data_dense() {
    let source = read(&encode(&small_network())).unwrap();
    let graph = source.model.graph.unwrap();
    assert_eq!(graph.node.len(), 6);
    let shape = graph.initializer.iter().find(|tensor| tensor.name == "features").unwrap();
    assert!(shape.int64_data.is_empty());
    assert_eq!(shape.raw_data, [1i64.to_le_bytes(), 4i64.to_le_bytes()].concat());
}

#[test]
fn the_digest_is_that_of_the_file() {
    // What `sha256sum` prints for it.
    let digest = "sha256:fca05ca9fe826f0489e434114ffc38791c41534ed9f5d881ff77c827ddb4903b";
    assert_eq!(read(&encode(&small_network())).unwrap().digest, digest);
}

#[test]
fn files_of_other_kinds_are_called_what_they_are() {
    refused_bytes("is empty", b"");
    refused_bytes("but text", b"hello, I am not a model\n");
    refused_bytes("HTML", b"\n<!DOCTYPE html><html></html>");
    refused_bytes("Git LFS", b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n");
    refused_bytes("zip archive", b"PK\x03\x04\x14\0\0\0");
    refused_bytes("pickle", &[0x80, 2, 0x8a, 10]);
    refused_bytes("not an ONNX file", &[0xff; 64]);
}

#[test]
fn a_folder_and_a_missing_file_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let error = |path: &Path| Source::from_onnx(path, &Limits::default()).unwrap_err().to_string();
    assert!(error(folder.path()).contains("not a file"));
    assert!(error(&folder.path().join("none.onnx")).contains("cannot be read"));
}

#[test]
fn a_truncated_file_is_refused_wherever_it_breaks_off() {
    let bytes = encode(&small_network());
    for len in 1..bytes.len() {
        assert!(read(&bytes[..len]).is_err(), "{len} of {} bytes were accepted", bytes.len());
    }
    refused_bytes("truncated", &bytes[..bytes.len() / 2]);
}

#[test]
fn a_file_larger_than_the_limit_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.onnx");
    std::fs::write(&path, encode(&small_network())).unwrap();
    let error = Source::from_onnx(&path, &Limits { bytes: 100 }).unwrap_err().to_string();
    assert!(error.contains("more than the 100"), "{error}");
}

#[test]
fn a_file_that_unpacks_to_far_more_than_itself_is_refused() {
    // Two bytes for an empty node, a hundred times as many in memory: 16 MiB would become more than 4 GiB.
    let nodes = [0x0a, 0x00].repeat(8 << 20);
    let mut bytes = vec![0x3a, 0x80, 0x80, 0x80, 0x08];
    bytes.extend(nodes);
    refused_bytes("bytes in memory", &bytes);
}

#[test]
fn missing_parts_are_named() {
    refused("no graph", |model| model.graph = None);
    refused("no ONNX operator set", |model| model.opset_import.clear());
    refused("operator set 3,", |model| model.opset_import[0].version = 3);
    refused("operator set 99,", |model| model.opset_import[0].version = 99);
    refused("no outputs", |model| graph(model).output.clear());
    refused("input \"image\": it has no tensor type", |model| graph(model).input[0].r#type = None);
}

#[test]
fn tensors_that_contradict_themselves_are_named() {
    refused("initialiser \"bn.weight\"", |model| graph(model).initializer[1].dims = vec![5]);
    refused("[1000000, 1000000]", |model| graph(model).initializer[0].dims = vec![1_000_000, 1_000_000]);
    refused("more elements", |model| graph(model).initializer[0].dims = vec![i64::MAX, i64::MAX, 0]);
    refused("negative extent", |model| graph(model).initializer[0].dims = vec![-4, -27]);
    refused("element type 77", |model| graph(model).initializer[0].data_type = 77);
    refused("more elements", |model| graph(model).input[0] = value("image", &[1, 3, 1 << 40, 1 << 40]));
}

#[test]
fn names_that_do_not_fit_together_are_named() {
    refused("\"nowhere\", which nothing makes", |model| graph(model).node[2].input[0] = "nowhere".into());
    refused("output \"nothing\"", |model| graph(model).output[0].name = "nothing".into());
    refused("makes \"conv\"", |model| graph(model).node[1].output[0] = "conv".into());
    refused("two inputs", |model| graph(model).input.push(value("image", &[1])));
    refused("two initialisers", |model| graph(model).initializer.push(weights("bn.bias", &[4])));
}

#[test]
fn a_cycle_is_refused_with_the_nodes_on_it() {
    refused("cycle, so that no order of evaluation exists: \"conv\" (Conv) ← \"relu\" (Relu) ← \"bn\"", |model| {
        graph(model).node[0].input[0] = "relu".into();
    });
    refused("cycle", |model| graph(model).node[2].input[0] = "relu".into());
}

#[test]
fn nodes_may_stand_in_any_order() {
    let mut model = small_network();
    graph(&mut model).node.reverse();
    read(&encode(&model)).unwrap();
}

#[test]
fn graphs_nested_beyond_reason_are_refused() {
    let mut inner = tract_onnx::pb::GraphProto::default();
    for _ in 0..60 {
        let attribute = tract_onnx::pb::AttributeProto { g: Some(inner), ..Default::default() };
        let node = node("If", &[], &["x"], vec![attribute]);
        inner = tract_onnx::pb::GraphProto { node: vec![node], ..Default::default() };
    }
    refused_bytes("nested too deeply", &encode(&model(inner)));
}

/// The small network in a new folder, its first tensor's data in `location`.
fn with_external_data(location: &str, offset: u64) -> (tempfile::TempDir, PathBuf, Vec<u8>) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("model")).unwrap();
    let mut model = small_network();
    let tensor: &mut TensorProto = &mut graph(&mut model).initializer[0];
    let data = std::mem::take(&mut tensor.raw_data);
    let entry = |key: &str, value: &str| StringStringEntryProto { key: key.into(), value: value.into() };
    tensor.data_location = Some(DataLocation::External as i32);
    tensor.external_data = vec![
        entry("location", location),
        entry("offset", &offset.to_string()),
        entry("length", &data.len().to_string()),
    ];
    let path = folder.path().join("model/model.onnx");
    std::fs::write(&path, encode(&model)).unwrap();
    (folder, path, data)
}

#[test]
fn data_in_a_file_beside_the_model_are_read() {
    let (_folder, path, data) = with_external_data("weights.bin", 3);
    std::fs::write(path.with_file_name("weights.bin"), [b"...", &data[..], b"more"].concat()).unwrap();
    let source = Source::from_onnx(&path, &Limits::default()).unwrap();
    assert_eq!(source.model.graph.unwrap().initializer[0].raw_data, data);
}

#[test]
fn data_missing_truncated_or_outside_the_models_folder_are_refused() {
    let error = |path: &Path| Source::from_onnx(path, &Limits::default()).unwrap_err().to_string();
    let (_folder, path, _) = with_external_data("weights.bin", 0);
    assert!(error(&path).contains("cannot be read"), "{}", error(&path));
    std::fs::write(path.with_file_name("weights.bin"), b"short").unwrap();
    assert!(error(&path).contains("truncated"), "{}", error(&path));

    for location in ["../secret", "/etc/passwd"] {
        let (folder, path, _) = with_external_data(location, 0);
        std::fs::write(folder.path().join("secret"), [0; 4096]).unwrap();
        assert!(error(&path).contains("outside the model's folder"), "{}", error(&path));
    }
}

#[cfg(unix)]
#[test]
fn a_link_does_not_lead_out_of_the_models_folder() {
    let (folder, path, data) = with_external_data("link", 0);
    std::fs::write(folder.path().join("secret"), data).unwrap();
    std::os::unix::fs::symlink("../secret", path.with_file_name("link")).unwrap();
    let error = Source::from_onnx(&path, &Limits::default()).unwrap_err().to_string();
    assert!(error.contains("outside the model's folder"), "{error}");
}
