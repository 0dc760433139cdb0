//! What is told of a model that compiles.

use super::{folder, graph, json, maasm, printed};
use maasm_tests::onnx::{encode, model, node, small_network, value, value_of};
use maasm_tests::python;
use serde_json::Value as Json;
use std::path::Path;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::{GraphProto, ModelProto};

/// The small network with names as PyTorch writes them.
fn named_network() -> ModelProto {
    let mut model = small_network();
    let names = ["stem/conv/Conv", "stem/bn/Norm", "stem/relu/Relu", "stem/pool/Pool", "flatten/Reshape", "fc/Gemm"];
    for (node, name) in graph(&mut model).node.iter_mut().zip(names) {
        node.name = format!("/{name}");
    }
    model.producer_name = "pytorch".into();
    model.producer_version = "2.9".into();
    model
}

#[track_caller]
fn has_lines(text: &str, lines: &[&str]) {
    for line in lines {
        assert!(text.lines().any(|l| l == *line), "{line:?} should be in\n{text}");
    }
}

#[test]
fn a_model_is_told_as_text() {
    let text = printed(folder(&encode(&named_network())).path(), &["inspect", "model.onnx"]);
    let lines = [
        "model       small (ai.onnx 13)",
        "made by     pytorch 2.9",
        "inputs      image  float  [1, 3, 8, 8]",
        "outputs     scores  float  [1, 5]",
        "operators   6 (1 BatchNormalization, 1 Conv, 1 Gemm, 1 GlobalAveragePool, 1 Relu, 1 Reshape)",
        // 4·27 weights, a scale and an offset for each of 4 channels, 4·5 weights and 5 biases.
        "parameters  141 and 8 running statistics (612 B of tensors)",
        // 4·64 places × 27 weights, and 4 × 5.
        "work        6 932 multiply-accumulates (0.00 GFLOP)",
    ];
    has_lines(&text, &lines);
}

#[test]
fn layers_stand_in_a_tree_with_subtotals() {
    let folder = folder(&encode(&named_network()));
    let text = printed(folder.path(), &["inspect", "model.onnx"]);
    let tree: Vec<&str> = text.lines().skip_while(|line| !line.starts_with("layer ")).collect();
    let wanted = [
        "layer        kernel                  output        parameters   MACs    bytes",
        "stem         (2 layers)                                   116  6 912  1.0 KiB",
        "├ conv/Conv  convolution 3×3 + relu  [1, 8, 8, 4]         116  6 912  1.0 KiB",
        "└ pool/Pool  reduce mean             [1, 1, 1, 4]                        16 B",
        "fc/Gemm      convolution 1×1         [1, 1, 1, 5]          25     20     20 B",
        "total                                                     141  6 932  1.0 KiB",
    ];
    assert_eq!(tree, wanted, "{text}");
    let text = printed(folder.path(), &["inspect", "model.onnx", "--depth", "1"]);
    assert!(text.contains("\nstem ") && !text.contains("├ conv/Conv"), "{text}");
}

#[test]
fn a_model_is_told_as_json_layer_by_layer() {
    let report = json(folder(&encode(&named_network())).path(), &[]);
    assert_eq!(report["operators"]["Conv"], 1);
    let layers = report["layers"].as_array().unwrap();
    assert_eq!(layers[0]["path"], serde_json::json!(["stem", "conv", "Conv"]));
    assert_eq!(layers[0]["output"], serde_json::json!([1, 8, 8, 4]));
    assert_eq!(layers[0]["nodes"], serde_json::json!(["/stem/conv/Conv", "/stem/bn/Norm", "/stem/relu/Relu"]));
    let total = |field: &str| layers.iter().map(|layer| layer[field].as_u64().unwrap()).sum::<u64>();
    assert_eq!(report["parameters"], total("parameters"));
    assert_eq!(report["compiled"]["multiply_accumulates"], total("multiply_accumulates"));
    assert!(layers[0].get("milliseconds").is_none(), "nothing was measured");
}

#[test]
fn the_memory_plan_tells_what_lies_where_and_when() {
    let report = json(folder(&encode(&named_network())).path(), &[]);
    let memory = &report["compiled"]["memory"];
    let buffers = memory["buffers"].as_array().unwrap();
    let field = |buffer: &Json, name: &str| buffer[name].as_u64().unwrap();
    let input = &buffers.iter().find(|buffer| buffer["kind"] == "input").unwrap();
    assert_eq!((input["name"].as_str(), field(input, "bytes")), (Some("image"), 3 * 8 * 8 * 4));
    assert_eq!((field(input, "first"), field(input, "last")), (0, 0));
    for (index, a) in buffers.iter().enumerate() {
        assert!(field(a, "offset") + field(a, "bytes") <= field(memory, "arena_bytes"));
        for b in &buffers[index + 1..] {
            let together = field(a, "first") <= field(b, "last") && field(b, "first") <= field(a, "last");
            let apart = field(a, "offset") + field(a, "bytes") <= field(b, "offset")
                || field(b, "offset") + field(b, "bytes") <= field(a, "offset");
            assert!(!together || apart, "{a} and {b} collide");
        }
    }
    let peak = field(memory, "peak_step");
    let live = buffers.iter().filter(|buffer| (field(buffer, "first")..=field(buffer, "last")).contains(&peak));
    assert_eq!(live.map(|buffer| field(buffer, "bytes")).sum::<u64>(), field(memory, "peak_bytes"));
}

#[test]
fn time_is_measured_if_asked_for() {
    let folder = folder(&encode(&named_network()));
    let report = json(folder.path(), &["--time"]);
    assert!(report["compiled"]["time"]["runs"].as_u64().unwrap() >= 5);
    let shares = report["layers"].as_array().unwrap().iter().map(|layer| layer["time_share"].as_f64().unwrap());
    assert!((shares.sum::<f64>() - 1.0).abs() < 1e-9);
    let text = printed(folder.path(), &["inspect", "model.onnx", "--time"]);
    assert!(text.contains("measured natively on this machine"), "{text}");
    assert!(text.lines().any(|line| line.starts_with("total ") && line.ends_with("100.0 %")), "{text}");
}

#[test]
fn parameters_are_those_of_the_published_network() {
    let Some(onnx) = python::package("onnx") else { return };
    let count = |name: &str| {
        let path = onnx.join(format!("backend/test/data/light/light_{name}.onnx"));
        let report = printed(Path::new("."), &["inspect", "--json", path.to_str().unwrap()]);
        serde_json::from_str::<Json>(&report).unwrap()["parameters"].as_u64().unwrap()
    };
    // As torchvision's documentation gives them.
    assert_eq!(count("resnet50"), 25_557_032);
    assert_eq!(count("vgg19"), 143_667_240);
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
fn what_was_decided_without_asking_is_told_and_packaging_tells_it_too() {
    let input = value_of(DataType::Double, "x", &[-1, 2]);
    let model = model(GraphProto {
        name: "doubles".into(),
        input: vec![input],
        output: vec![value_of(DataType::Double, "y", &[-1, 2])],
        node: vec![node("Sqrt", &["x"], &["root"], vec![]), node("Neg", &["root"], &["y"], vec![])],
        ..Default::default()
    });
    let folder = folder(&encode(&model));
    let notes = &json(folder.path(), &[])["compiled"]["notes"];
    assert_eq!(notes[0], serde_json::json!({ "kind": "open_batch", "input": "x", "shape": [1, 2] }));
    assert_eq!(notes[1], serde_json::json!({ "kind": "narrowed", "nodes": ["root", "y"] }));
    let told = [
        "input \"x\" leaves its first axis open; it takes 1x2 at a time. For more: --shape x=8x2",
        "doubles are computed as 32-bit floats, which have about 7 digits, by root, y",
    ];
    let text = printed(folder.path(), &["inspect", "model.onnx"]);
    has_lines(&text, &told.map(|note| format!("note        {note}")).each_ref().map(String::as_str));
    let output = maasm(folder.path(), &["package", "model.onnx", "--name", "x", "--version", "1.0.0", "-o", "x.wasm"]);
    assert!(output.status.success(), "{output:?}");
    let errors = String::from_utf8(output.stderr).unwrap();
    has_lines(&errors, &told.map(|note| format!("note: {note}")).each_ref().map(String::as_str));
    // Of a model that leaves nothing open nothing is told.
    let nothing = json(super::folder(&encode(&small_network())).path(), &[]);
    assert_eq!(nothing["compiled"].get("notes"), None);
}
