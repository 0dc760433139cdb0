//! Networks of published shapes, made by benches/models.py, lose as much work as they should.

use crate::support::compare;
use maasm_restructure::channels::{Pruned, prune};
use maasm_tests::python;
use prost::Message;
use std::path::Path;
use std::process::Command;
use tract_onnx::pb::ModelProto;

const MODELS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../benches/models.py");

fn pruned(model: &ModelProto, features: usize) -> (ModelProto, Pruned) {
    let pooled = |node: &&tract_onnx::pb::NodeProto| node.op_type == "GlobalAveragePool";
    let pool = model.graph.as_ref().unwrap().node.iter().find(pooled).unwrap().output[0].clone();
    prune(model, &|name| (name == pool).then(|| vec![1, features, 1, 1]), 0.3).unwrap()
}

fn count(model: &ModelProto, operator: &str) -> usize {
    model.graph.as_ref().unwrap().node.iter().filter(|node| node.op_type == operator).count()
}

#[test]
fn three_tenths_of_the_channels_are_at_least_three_tenths_of_the_work() {
    let Some(python) = python::interpreter() else { return };
    let folder = tempfile::tempdir().unwrap();
    assert!(Command::new(python).arg(MODELS).arg(folder.path()).status().unwrap().success());
    let read = |name: &str| {
        let path = Path::new(folder.path()).join(name);
        ModelProto::decode(std::fs::read(path).unwrap().as_slice()).unwrap()
    };
    // The features, the residual additions, and the groups: the stem, the inside of each block (two layers of it in
    // ResNet-50), the trunk of each stage, and the last layer of the mobile networks.
    let networks = [
        ("resnet-50.onnx", 2048, 16, 1 + 16 * 2 + 4),
        ("mobilenet-v2.onnx", 1280, 10, 1 + 16 + 7 + 1),
        ("efficientnet-lite0.onnx", 1280, 9, 1 + 15 + 7 + 1),
    ];
    let models: Vec<_> = networks.map(|(name, features, ..)| (read(name), features)).into();
    let results: Vec<_> = models.iter().map(|(model, features)| pruned(model, *features)).collect();
    for ((model, _), ((after, report), (name, _, adds, groups))) in models.iter().zip(results.iter().zip(networks)) {
        assert_eq!([count(model, "Add"), count(after, "Add")], [adds; 2], "{name}");
        // Only the classifier keeps its channels: they are the classes.
        assert_eq!(
            report.protected.iter().map(|it| it.reason.contains("output")).collect::<Vec<_>>(),
            [true],
            "{name}"
        );
        assert_eq!(report.groups.len(), groups, "{name}");
        for group in &report.groups {
            assert!(group.after as f64 <= 0.7 * group.before as f64, "{name}: {group:?}");
            assert!(group.before < 64 || group.after % 8 == 0, "{name}: {group:?}");
        }
    }
    let pairs: Vec<_> = models.iter().zip(&results).map(|((before, _), (after, _))| (before, after)).collect();
    for (comparison, (name, ..)) in compare(&pairs).into_iter().flatten().zip(networks) {
        let [before, after] = comparison.operations;
        println!("{name}: {before} multiply-accumulates, then {after}: {:.1} % less", 100.0 * (1.0 - after / before));
        assert!(after <= 0.7 * before && comparison.difference.is_some(), "{name}");
    }
}
