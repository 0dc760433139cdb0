//! onnxruntime behind wasi-nn: models whose answers everybody can tell.

use crate::probe::{F32, I64, Input, Probe, floats};
use maasm_nn::{ErrorCode, Graph, Onnxruntime};
use maasm_tests::nn::onnxruntime as folder;
use maasm_tests::onnx::{encode, model, node, value, value_of, whole_numbers};
use std::path::Path;
use std::time::{Duration, Instant};
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::{AttributeProto, GraphProto, attribute_proto};
use wasmtime_wasi_nn::backend::BackendInner;
use wasmtime_wasi_nn::wit::ExecutionTarget;

/// What makes an input wrong.
type Change = fn(&mut Input);

const NAME: &str = "double@1.0.0";

fn load() -> Option<Onnxruntime> {
    load_with(Duration::from_secs(30))
}

fn load_with(deadline: Duration) -> Option<Onnxruntime> {
    Some(Onnxruntime::load(Some(&folder()?), deadline).unwrap())
}

/// y = x + x, of pairs.
fn double(onnxruntime: &mut Onnxruntime) -> Graph {
    let graph = GraphProto {
        name: "double".into(),
        input: vec![value("x", &[1, 2])],
        output: vec![value("y", &[1, 2])],
        node: vec![node("Add", &["x", "x"], &["y"], vec![])],
        ..Default::default()
    };
    onnxruntime.load(&[&encode(&model(graph))], ExecutionTarget::Cpu).unwrap()
}

fn pair(a: f32, b: f32) -> Input {
    Input::floats("x", &[1, 2], &[a, b])
}

#[test]
fn an_onnx_file_is_a_graph() {
    let Some(mut onnxruntime) = load() else { return };
    let mut probe = Probe::with(NAME, double(&mut onnxruntime));
    assert_eq!(floats(&probe.compute(NAME, &pair(1.5, -2.0)).unwrap()), [3.0, -4.0]);
}

#[test]
fn wrong_names_types_shapes_and_lengths_are_invalid_arguments_and_harm_nothing() {
    let Some(mut onnxruntime) = load() else { return };
    let mut probe = Probe::with(NAME, double(&mut onnxruntime));
    let wrong: [(&str, Change); 6] = [
        ("another name", |input| input.name = "z"),
        ("another type", |input| input.ty = I64),
        ("another shape", |input| input.shape = vec![2, 1]),
        ("a byte too few", |input| _ = input.data.pop()),
        ("none", |input| input.count = 0),
        ("twice", |input| input.count = 2),
    ];
    for (what, change) in wrong {
        let mut input = pair(1.0, 2.0);
        change(&mut input);
        assert_eq!(probe.compute(NAME, &input), Err(ErrorCode::InvalidArgument), "{what}");
    }
    assert!(probe.compute(NAME, &pair(1.0, 2.0)).is_ok());
}

#[test]
fn what_onnxruntime_refuses_while_it_computes_is_no_crash() {
    let Some(mut onnxruntime) = load() else { return };
    // Axes that the file leaves open, and that do not go together.
    let graph = GraphProto {
        name: "add".into(),
        input: vec![value("x", &[-1, -1])],
        output: vec![value("y", &[-1, -1])],
        initializer: vec![maasm_tests::onnx::weights("w", &[1, 3])],
        node: vec![node("Add", &["x", "w"], &["y"], vec![])],
        ..Default::default()
    };
    let mut graph = model(graph);
    for value in graph.graph.iter_mut().flat_map(|graph| graph.input.iter_mut().chain(&mut graph.output)) {
        leave_open(value);
    }
    let graph = onnxruntime.load(&[&encode(&graph)], ExecutionTarget::Cpu).unwrap();
    let mut probe = Probe::with(NAME, graph);
    let refused = probe.compute(NAME, &pair(1.0, 2.0)).unwrap_err();
    assert!(matches!(refused, ErrorCode::InvalidArgument | ErrorCode::RuntimeError), "{refused:?}");
    let three = Input { name: "x", shape: vec![1, 3], ty: F32, data: vec![0; 12], count: 1 };
    assert!(probe.compute(NAME, &three).is_ok());
}

fn leave_open(value: &mut tract_onnx::pb::ValueInfoProto) {
    use tract_onnx::pb::tensor_shape_proto::dimension::Value;
    use tract_onnx::pb::type_proto::Value::TensorType;
    let Some(TensorType(tensor)) = value.r#type.as_mut().and_then(|r#type| r#type.value.as_mut()) else { return };
    for (axis, dimension) in tensor.shape.iter_mut().flat_map(|shape| &mut shape.dim).enumerate() {
        dimension.value = Some(Value::DimParam(format!("axis{axis}")));
    }
}

#[test]
fn many_at_once_on_one_graph_get_each_their_own_answer() {
    let Some(mut onnxruntime) = load() else { return };
    let graph = double(&mut onnxruntime);
    std::thread::scope(|scope| {
        for number in 0..16 {
            let graph = graph.clone();
            scope.spawn(move || {
                let mut probe = Probe::with(NAME, graph);
                for step in 0..50 {
                    let (a, b) = (number as f32, step as f32);
                    assert_eq!(floats(&probe.compute(NAME, &pair(a, b)).unwrap()), [2.0 * a, 2.0 * b]);
                }
            });
        }
    });
}

#[test]
fn a_file_that_is_no_model_is_a_fault_that_says_so() {
    let Some(mut onnxruntime) = load() else { return };
    assert!(onnxruntime.load(&[b"no model"], ExecutionTarget::Cpu).is_err());
    assert!(onnxruntime.graph(Path::new("/nowhere.onnx")).is_err());
}

/// x + 1, so often that nobody waits for it.
fn endless() -> Vec<u8> {
    let scalar = |data_type, name: &str| value_of(data_type, name, &[]);
    let body = GraphProto {
        name: "step".into(),
        input: vec![scalar(DataType::Int64, "step"), scalar(DataType::Bool, "go_on"), value("before", &[1, 2])],
        output: vec![scalar(DataType::Bool, "still"), value("after", &[1, 2])],
        node: vec![
            node("Identity", &["go_on"], &["still"], vec![]),
            node("Add", &["before", "before"], &["after"], vec![]),
        ],
        ..Default::default()
    };
    let body = AttributeProto {
        name: "body".into(),
        r#type: attribute_proto::AttributeType::Graph as i32,
        g: Some(body),
        ..Default::default()
    };
    encode(&model(GraphProto {
        name: "endless".into(),
        input: vec![value("x", &[1, 2])],
        output: vec![value("y", &[1, 2])],
        initializer: vec![whole_numbers("times", &[], &[i64::MAX])],
        node: vec![node("Loop", &["times", "", "x"], &["y"], vec![body])],
        ..Default::default()
    }))
}

#[test]
fn an_inference_that_takes_too_long_is_stopped_and_the_host_knows() {
    let Some(mut onnxruntime) = load_with(Duration::from_millis(300)) else { return };
    let graph = onnxruntime.load(&[&endless()], ExecutionTarget::Cpu).unwrap();
    let mut probe = Probe::with(NAME, graph);
    let start = Instant::now();
    assert_eq!(probe.compute(NAME, &pair(1.0, 2.0)), Err(ErrorCode::Timeout));
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    assert_eq!(probe.failure().map(|failure| failure.code), Some(ErrorCode::Timeout));
}
