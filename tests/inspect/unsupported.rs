//! Models that do not compile.

use super::{folder, json, printed};
use maasm_tests::onnx::{encode, integers, model, node, value, weights};
use tract_onnx::pb::{GraphProto, NodeProto};

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
    let report = json(folder.path(), &[]);
    assert_eq!(report["operators"]["Frobnicate"], 2);
    let unsupported = report["unsupported"].as_array().unwrap();
    let nodes: Vec<_> = unsupported.iter().map(|node| node["node"].as_str().unwrap()).collect();
    assert_eq!(nodes, ["first", "y"]);
    assert!(unsupported.iter().all(|node| !node["remedy"].as_str().unwrap().is_empty()));
    // What is known of the rest.
    assert_eq!(report["parameters"], 4);
    let layers = report["layers"].as_array().unwrap();
    let of_add = layers.iter().find(|layer| layer["kernel"] == "Add").unwrap();
    assert_eq!(of_add["parameters"], 4);
    let text = printed(folder.path(), &["inspect", "model.onnx"]);
    assert!(text.contains("compiles    no, 2 nodes stand in the way"), "{text}");
    assert!(text.contains("\n            2 × Frobnicate (first, y)\n"), "{text}");
}

#[test]
fn shapes_are_told_as_far_as_they_are_known() {
    let custom = NodeProto { domain: "com.example".into(), ..node("Frobnicate", &["sum"], &["y"], vec![]) };
    let unknown = model(GraphProto {
        input: vec![value("x", &[-1, 4])],
        output: vec![value("y", &[1, 4])],
        initializer: vec![weights("w", &[3, 4])],
        node: vec![node("Add", &["x", "w"], &["sum"], vec![]), custom],
        ..Default::default()
    });
    let layers = &json(folder(&encode(&unknown)).path(), &[])["layers"];
    assert_eq!(layers[0]["output"], serde_json::json!([3, 4]));
    assert_eq!(layers[1]["kernel"], "com.example.Frobnicate");
    assert!(layers[1]["unsupported"].as_str().unwrap().contains("com.example"), "{layers}");
}
