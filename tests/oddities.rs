//! Graphs that are written in unusual ways.

use crate::property::native::{self, Answer};
use maasm_compile::{Compiled, Note, Options, compile};
use maasm_tests::onnx::{model, node, value, value_of, weights};
use maasm_tests::tensor::Tensor;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::{GraphProto, ModelProto, NodeProto, TensorProto, ValueInfoProto};

/// A graph whose outputs have whatever type and shape follows.
fn graph(input: Vec<ValueInfoProto>, initializer: Vec<TensorProto>, node: Vec<NodeProto>, out: &[&str]) -> ModelProto {
    let output = out.iter().map(|name| ValueInfoProto { r#type: None, ..value(name, &[]) }).collect();
    model(GraphProto { name: "odd".into(), input, output, initializer, node, ..Default::default() })
}

fn compiled(model: &ModelProto) -> Compiled {
    compile(model, &Options::default()).expect("it compiles")
}

/// The outputs for inputs of which each is the numbers 1, 2, 3 and so on.
fn outputs(model: &ModelProto) -> Vec<Vec<f32>> {
    let count = |shape: &[u32]| shape.iter().product::<u32>();
    let inputs: Vec<(String, Tensor)> = compiled(model)
        .plan
        .inputs
        .iter()
        .map(|port| {
            let bytes = (1..=count(&port.shape)).flat_map(|number| (number as f32).to_le_bytes()).collect();
            (port.name.clone(), Tensor { data_type: 1, shape: vec![], bytes })
        })
        .collect();
    let given = |name: &str| inputs.iter().find(|(other, _)| other == name).map(|(_, tensor)| tensor);
    let Answer::Outputs(outputs) = native::run(model, &given) else { panic!("it does not run") };
    let floats = |tensor: Tensor| tensor.bytes.as_chunks().0.iter().map(|b| f32::from_le_bytes(*b)).collect();
    outputs.into_iter().map(floats).collect()
}

#[test]
fn two_nodes_may_have_one_name() {
    let mut nodes = vec![node("Neg", &["x"], &["a"], vec![]), node("Abs", &["a"], &["y"], vec![])];
    nodes.iter_mut().for_each(|node| node.name = "same".into());
    assert_eq!(outputs(&graph(vec![value("x", &[3])], vec![], nodes, &["y"])), [[1.0, 2.0, 3.0]]);
}

#[test]
fn a_node_may_be_called_as_a_value_is() {
    let mut nodes = vec![node("Neg", &["x"], &["a"], vec![]), node("Neg", &["a"], &["y"], vec![])];
    (nodes[0].name, nodes[1].name) = ("x".into(), "w".into());
    let model = graph(vec![value("x", &[3])], vec![weights("w", &[3])], nodes, &["y"]);
    assert_eq!(outputs(&model), [[1.0, 2.0, 3.0]]);
}

#[test]
fn a_node_may_be_called_as_a_part_of_another_is() {
    let mut nodes = vec![
        node("LayerNormalization", &["x", "scale"], &["a"], vec![]),
        node("Neg", &["a"], &["b"], vec![]),
        node("Sub", &["b", "a"], &["y"], vec![]),
    ];
    // The front end takes the first apart.
    let names = ["norm", "norm.mean", "norm.sum"];
    nodes.iter_mut().zip(names).for_each(|(node, name)| node.name = name.into());
    let scale = TensorProto {
        raw_data: [1f32, 1.0].iter().flat_map(|one| one.to_le_bytes()).collect(),
        ..weights("scale", &[2])
    };
    let mut model = graph(vec![value("x", &[1, 2])], vec![scale], nodes, &["y"]);
    model.opset_import[0].version = 17;
    let [low, high] = outputs(&model)[0][..] else { panic!("two numbers") };
    // The mean of 1 and 2 is 1.5, the deviation 0.5.
    assert!((low - 2.0).abs() < 1e-3 && (high + 2.0).abs() < 1e-3, "{low} {high}");
}

#[test]
fn an_input_that_nothing_uses_is_taken() {
    let nodes = vec![node("Neg", &["x"], &["y"], vec![])];
    let inputs = vec![value("before", &[2]), value("x", &[3]), value("after", &[1, 2])];
    let model = graph(inputs, vec![], nodes, &["y"]);
    let names: Vec<String> = compiled(&model).plan.inputs.iter().map(|port| port.name.clone()).collect();
    assert_eq!(names, ["before", "x", "after"]);
    assert_eq!(outputs(&model), [[-1.0, -2.0, -3.0]]);
}

#[test]
fn an_output_may_be_an_input_or_an_initialiser() {
    let w = TensorProto { raw_data: 5f32.to_le_bytes().into(), ..weights("w", &[1]) };
    let nodes = vec![node("Neg", &["x"], &["y"], vec![])];
    let model = graph(vec![value("x", &[2])], vec![w.clone()], nodes, &["x", "w", "y"]);
    let names: Vec<String> = compiled(&model).plan.outputs.iter().map(|port| port.name.clone()).collect();
    assert_eq!(names, ["x", "w", "y"]);
    assert_eq!(outputs(&model), [vec![1.0, 2.0], vec![5.0], vec![-1.0, -2.0]]);
    let nothing_computed = graph(vec![value("x", &[2])], vec![w], vec![], &["w", "x"]);
    assert_eq!(outputs(&nothing_computed), [vec![5.0], vec![1.0, 2.0]]);
}

#[test]
fn an_open_batch_that_becomes_one_is_told() {
    let nodes = || vec![node("Relu", &["x"], &["y"], vec![])];
    let open = compiled(&graph(vec![value("x", &[-1, 3])], vec![], nodes(), &["y"]));
    assert_eq!(open.notes, [Note::OpenBatch { input: "x".into(), shape: vec![1, 3] }]);
    assert!(open.notes[0].to_string().contains("--shape x=8x3"), "{}", open.notes[0]);
    assert_eq!(compiled(&graph(vec![value("x", &[1, 3])], vec![], nodes(), &["y"])).notes, []);
    let options = Options { shapes: vec![("x".into(), vec![4, 3])], ..Default::default() };
    let model = graph(vec![value("x", &[-1, 3])], vec![], nodes(), &["y"]);
    assert_eq!(compile(&model, &options).expect("it compiles").notes, []);
}

/// What doubles come to.
fn doubles(model: &ModelProto, given: &[(&str, &[f64])]) -> Vec<f64> {
    let tensor = |numbers: &[f64]| Tensor {
        data_type: 11,
        shape: vec![],
        bytes: numbers.iter().flat_map(|number| number.to_le_bytes()).collect(),
    };
    let inputs: Vec<(&str, Tensor)> = given.iter().map(|(name, numbers)| (*name, tensor(numbers))).collect();
    let find = |name: &str| inputs.iter().find(|(other, _)| *other == name).map(|(_, tensor)| tensor);
    let Answer::Outputs(outputs) = native::run(model, &find) else { panic!("it does not run") };
    outputs[0].bytes.as_chunks().0.iter().map(|b| f64::from_le_bytes(*b)).collect()
}

#[test]
fn doubles_that_are_moved_or_compared_keep_their_digits_and_others_are_told_by_node() {
    let input = |name| value_of(DataType::Double, name, &[2]);
    let moving = vec![
        node("Concat", &["a", "b"], &["c"], vec![maasm_tests::graph::int("axis", 0)]),
        node("Cast", &["c"], &["i"], vec![maasm_tests::graph::int("to", 7)]),
        node("Cast", &["i"], &["y"], vec![maasm_tests::graph::int("to", 11)]),
    ];
    let model = graph(vec![input("a"), input("b")], vec![], moving, &["y"]);
    assert_eq!(compiled(&model).notes, []);
    let (a, b) = ([1_764_633_600.0, 1_764_633_597.0], [9_007_199_254_740_991.0, -3.0]);
    assert_eq!(doubles(&model, &[("a", &a), ("b", &b)]), [a, b].concat());
    let extreme = graph(vec![input("a"), input("b")], vec![], vec![node("Max", &["a", "b"], &["y"], vec![])], &["y"]);
    assert_eq!(compiled(&extreme).notes, []);
    assert_eq!(doubles(&extreme, &[("a", &[1e300, -1e300]), ("b", &[0.1, -1e299])]), [1e300, -1e299]);
    let computing = vec![node("Sub", &["a", "b"], &["d"], vec![]), node("Sqrt", &["d"], &["y"], vec![])];
    let model = graph(vec![input("a"), input("b")], vec![], computing, &["y"]);
    assert_eq!(compiled(&model).notes, [Note::Narrowed { nodes: vec!["d".into(), "y".into()] }]);
}
