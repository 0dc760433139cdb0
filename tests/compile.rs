//! Compiled models give what tract's own interpreter gives for the same graph.

use maasm_compile::{Compiled, Error, Options, compile};
use maasm_plan::op::Unary;
use maasm_plan::{Op, Place};
use maasm_runtime::{AlignedBytes, Executor};
use maasm_tests::onnx::{integers, model, node, value, weights};
use tract_onnx::pb::{AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto, attribute_proto::AttributeType};
use tract_onnx::prelude::*;

fn integer(name: &str, i: i64) -> AttributeProto {
    AttributeProto { name: name.into(), r#type: AttributeType::Int as i32, i, ..Default::default() }
}

fn float(name: &str, f: f32) -> AttributeProto {
    AttributeProto { name: name.into(), r#type: AttributeType::Float as i32, f, ..Default::default() }
}

fn text(name: &str, s: &str) -> AttributeProto {
    AttributeProto { name: name.into(), r#type: AttributeType::String as i32, s: s.into(), ..Default::default() }
}

/// Weights on both sides of zero.
fn signed(name: &str, shape: &[i64]) -> TensorProto {
    let mut tensor = weights(name, shape);
    for bytes in tensor.raw_data.chunks_exact_mut(4) {
        let value = f32::from_le_bytes(bytes.try_into().expect("four bytes"));
        bytes.copy_from_slice(&(value - 0.5).to_le_bytes());
    }
    tensor
}

fn shape_vector(name: &str, values: &[i64]) -> TensorProto {
    TensorProto {
        name: name.into(),
        dims: vec![values.len() as i64],
        data_type: 7,
        int64_data: values.to_vec(),
        ..Default::default()
    }
}

/// A graph from `x` to `y`, which may have any shape.
fn graph(x: &[i64], initializer: Vec<TensorProto>, node: Vec<NodeProto>) -> ModelProto {
    let mut y = value("y", &[]);
    y.r#type = None;
    model(GraphProto {
        name: "test".into(),
        input: vec![value("x", x)],
        output: vec![y],
        initializer,
        node,
        ..Default::default()
    })
}

fn samples(count: usize) -> Vec<f32> {
    (0..count).map(|i| ((i * 7919 + 101) % 1009) as f32 / 504.5 - 1.0).collect()
}

fn expected(model: &ModelProto, input: Tensor) -> Vec<f32> {
    let onnx = tract_onnx::onnx().with_ignore_output_shapes(true).with_ignore_output_types(true);
    let runnable = onnx
        .model_for_proto_model(model)
        .and_then(|m| m.with_input_fact(0, InferenceFact::dt_shape(f32::datum_type(), input.shape())))
        .and_then(|m| m.into_typed())
        .and_then(|m| m.into_runnable())
        .expect("tract runs the graph");
    let outputs = runnable.run(tvec!(input.into_tvalue())).expect("tract runs the graph");
    outputs[0].to_plain_array_view::<f32>().expect("the output is f32").iter().copied().collect()
}

/// Compiles, runs natively on samples, compares with tract, and gives the compiled model for a closer look.
#[track_caller]
fn assert_agrees(model: &ModelProto) -> Compiled {
    let compiled = compile(model, &Options::default()).expect("the graph compiles");
    let shape: Vec<usize> = compiled.plan.inputs[0].shape.iter().map(|&d| d as usize).collect();
    let input = samples(shape.iter().product());
    let wanted = expected(model, Tensor::from_shape(&shape, &input).expect("the samples fill the shape"));
    let found = run(&compiled, &input);
    assert_eq!(found.len(), wanted.len());
    for (index, (found, wanted)) in found.iter().zip(&wanted).enumerate() {
        assert!((found - wanted).abs() <= 1e-4 * wanted.abs().max(1.0), "element {index}: {found}, tract {wanted}");
    }
    compiled
}

fn run(compiled: &Compiled, input: &[f32]) -> Vec<f32> {
    let mut constants = AlignedBytes::zeroed(compiled.constants.len());
    constants.as_mut().copy_from_slice(&compiled.constants);
    let arena = AlignedBytes::zeroed(compiled.plan.arena_len as usize);
    let mut executor = Executor::new(compiled.plan.clone(), constants, arena).expect("the plan is valid");
    let bytes: Vec<u8> = input.iter().flat_map(|value| value.to_le_bytes()).collect();
    executor.set_input(0, &bytes).expect("the input has the right size");
    executor.run().unwrap();
    executor.output(0).chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().expect("four bytes"))).collect()
}

fn kinds(compiled: &Compiled) -> Vec<&'static str> {
    let kind = |op: &Op| match op {
        Op::Conv(conv) if conv.residual => "conv+residual",
        Op::Conv(_) => "conv",
        Op::Depthwise(_) => "depthwise",
        Op::Pool(_) => "pool",
        Op::Unary(_) => "unary",
        Op::Binary(_) => "binary",
        Op::Reduce(_) => "reduce",
        Op::Softmax(_) => "softmax",
        Op::Copy(_) => "copy",
        Op::Fill(_) => "fill",
        Op::LocalResponse(_) => "local response",
        _ => "other",
    };
    compiled.plan.steps.iter().map(|step| kind(&step.op)).collect()
}

#[test]
fn convolutions_of_every_geometry() {
    for (x, w, attributes) in [
        ([1, 3, 9, 11], [5, 3, 3, 3], vec![]),
        ([2, 3, 9, 11], [5, 3, 3, 3], vec![integers("pads", &[1, 1, 1, 1])]),
        ([1, 3, 9, 11], [8, 3, 3, 3], vec![integers("pads", &[0, 1, 2, 0]), integers("strides", &[2, 2])]),
        ([1, 4, 12, 12], [16, 4, 3, 3], vec![integers("dilations", &[2, 3]), integers("pads", &[2, 3, 2, 3])]),
        ([1, 4, 12, 12], [9, 4, 1, 1], vec![integers("strides", &[2, 3])]),
        ([1, 6, 8, 8], [9, 2, 3, 3], vec![integer("group", 3)]),
        ([1, 6, 8, 8], [6, 1, 3, 3], vec![integer("group", 6), integers("pads", &[1, 1, 1, 1])]),
        (
            [1, 6, 9, 8],
            [6, 1, 5, 5],
            vec![integer("group", 6), integers("strides", &[2, 2]), text("auto_pad", "SAME_UPPER")],
        ),
        ([1, 6, 8, 8], [12, 1, 3, 3], vec![integer("group", 6)]),
        ([1, 3, 20, 20], [4, 3, 7, 7], vec![integers("strides", &[2, 2]), integers("pads", &[3, 3, 3, 3])]),
        ([1, 1, 5, 5], [1, 1, 5, 5], vec![]),
    ] {
        let bias = signed("b", &[w[0]]);
        let conv = node("Conv", &["x", "w", "b"], &["y"], attributes);
        assert_agrees(&graph(&x, vec![signed("w", &w), bias], vec![conv]));
    }
}

#[test]
fn a_one_dimensional_convolution() {
    let conv = node("Conv", &["x", "w"], &["y"], vec![integers("pads", &[2, 1]), integers("strides", &[2])]);
    assert_agrees(&graph(&[1, 3, 17], vec![signed("w", &[4, 3, 5])], vec![conv]));
}

#[test]
fn batch_normalisation_and_activation_become_part_of_the_convolution() {
    let initializers = vec![
        signed("w", &[8, 3, 3, 3]),
        weights("scale", &[8]),
        signed("offset", &[8]),
        signed("mean", &[8]),
        weights("variance", &[8]),
    ];
    let nodes = vec![
        node("Conv", &["x", "w"], &["c"], vec![integers("pads", &[1, 1, 1, 1])]),
        node("BatchNormalization", &["c", "scale", "offset", "mean", "variance"], &["n"], vec![float("epsilon", 1e-3)]),
        node("Relu", &["n"], &["y"], vec![]),
    ];
    let compiled = assert_agrees(&graph(&[1, 3, 8, 8], initializers, nodes));
    assert_eq!(kinds(&compiled), ["conv"]);
}

#[test]
fn a_clip_given_by_tensors_is_one_clamp() {
    let scalar = |name: &str, value: f32| TensorProto {
        name: name.into(),
        data_type: 1,
        raw_data: value.to_le_bytes().to_vec(),
        ..Default::default()
    };
    let initializers = vec![signed("w", &[8, 3, 1, 1]), scalar("low", 0.0), scalar("high", 0.5)];
    let nodes = vec![node("Conv", &["x", "w"], &["c"], vec![]), node("Clip", &["c", "low", "high"], &["y"], vec![])];
    let compiled = assert_agrees(&graph(&[1, 3, 8, 8], initializers, nodes));
    let Op::Conv(conv) = &compiled.plan.steps[0].op else { panic!("not a convolution") };
    assert_eq!(conv.activation, Some(Unary::Clamp { low: 0.0, high: 0.5 }));
    assert_eq!(compiled.plan.steps.len(), 1);
}

#[test]
fn a_residual_connection_is_added_by_the_later_convolution() {
    let initializers = vec![signed("w", &[8, 8, 3, 3]), signed("v", &[8, 8, 1, 1])];
    let pads = || vec![integers("pads", &[1, 1, 1, 1])];
    let nodes = vec![
        node("Conv", &["x", "w"], &["a"], pads()),
        node("Relu", &["a"], &["b"], vec![]),
        node("Conv", &["b", "v"], &["c"], vec![]),
        node("Add", &["c", "a"], &["d"], vec![]),
        node("Relu", &["d"], &["y"], vec![]),
    ];
    let compiled = assert_agrees(&graph(&[1, 8, 8, 8], initializers, nodes));
    assert_eq!(kinds(&compiled), ["conv", "unary", "conv+residual"]);
}

#[test]
fn a_value_that_is_also_an_output_keeps_what_the_model_says() {
    let mut model = graph(
        &[1, 3, 8, 8],
        vec![signed("w", &[8, 3, 1, 1])],
        vec![node("Conv", &["x", "w"], &["y"], vec![]), node("Relu", &["y"], &["z"], vec![])],
    );
    let mut z = value("z", &[]);
    z.r#type = None;
    model.graph.as_mut().expect("it has a graph").output.push(z);
    assert_agrees(&model);
}

#[test]
fn an_operand_that_lies_in_memory_otherwise_is_not_written_over() {
    let initializers = vec![signed("w", &[8, 3, 1, 1]), shape_vector("picture", &[1, 8, 1, 1])];
    let nodes = vec![
        node("Conv", &["x", "w"], &["c"], vec![]),
        node("GlobalAveragePool", &["c"], &["p"], vec![]),
        node("Flatten", &["p"], &["f"], vec![]),
        node("Sigmoid", &["f"], &["s"], vec![]),
        node("Reshape", &["s", "picture"], &["r"], vec![]),
        node("Add", &["p", "r"], &["y"], vec![]),
    ];
    let mut model = graph(&[1, 3, 8, 8], initializers, nodes);
    // Also an output, so that the sum may not be written over it.
    let mut p = value("p", &[]);
    p.r#type = None;
    model.graph.as_mut().expect("it has a graph").output.push(p);
    assert_agrees(&model);
}

#[test]
fn pools_of_every_kind() {
    for (operator, attributes) in [
        ("MaxPool", vec![integers("kernel_shape", &[3, 3]), integers("strides", &[2, 2])]),
        (
            "MaxPool",
            vec![integers("kernel_shape", &[3, 3]), integers("strides", &[2, 2]), integers("pads", &[1, 1, 1, 1])],
        ),
        ("MaxPool", vec![integers("kernel_shape", &[3, 3]), integers("strides", &[2, 2]), integer("ceil_mode", 1)]),
        ("MaxPool", vec![integers("kernel_shape", &[2, 2]), integers("dilations", &[2, 2])]),
        ("AveragePool", vec![integers("kernel_shape", &[3, 3]), integers("pads", &[1, 1, 1, 1])]),
        (
            "AveragePool",
            vec![integers("kernel_shape", &[3, 3]), integers("pads", &[1, 1, 1, 1]), integer("count_include_pad", 1)],
        ),
        ("AveragePool", vec![integers("kernel_shape", &[2, 3]), integers("strides", &[2, 2]), integer("ceil_mode", 1)]),
        ("GlobalAveragePool", vec![]),
        ("GlobalMaxPool", vec![]),
    ] {
        assert_agrees(&graph(&[1, 5, 8, 9], vec![], vec![node(operator, &["x"], &["y"], attributes)]));
    }
}

#[test]
fn activations() {
    for (operator, attributes) in [
        ("Relu", vec![]),
        ("LeakyRelu", vec![float("alpha", 0.2)]),
        ("Elu", vec![float("alpha", 0.7)]),
        ("Selu", vec![]),
        ("HardSigmoid", vec![]),
        ("HardSwish", vec![]),
        ("Sigmoid", vec![]),
        ("Tanh", vec![]),
        ("Softplus", vec![]),
        ("Exp", vec![]),
        ("Abs", vec![]),
        ("Neg", vec![]),
        ("Erf", vec![]),
        ("Floor", vec![]),
        ("Sign", vec![]),
    ] {
        assert_agrees(&graph(&[2, 7], vec![], vec![node(operator, &["x"], &["y"], attributes)]));
    }
}

#[test]
fn x_times_sigmoid_of_x_is_part_of_the_convolution() {
    let nodes = vec![
        node("Conv", &["x", "w"], &["c"], vec![]),
        node("Sigmoid", &["c"], &["s"], vec![]),
        node("Mul", &["c", "s"], &["y"], vec![]),
    ];
    let compiled = assert_agrees(&graph(&[1, 3, 8, 8], vec![signed("w", &[8, 3, 1, 1])], nodes));
    assert_eq!(kinds(&compiled), ["conv"]);
}

#[test]
fn a_squeeze_and_excitation_block() {
    let initializers = vec![signed("w", &[8, 3, 3, 3]), signed("down", &[2, 8, 1, 1]), signed("up", &[8, 2, 1, 1])];
    let nodes = vec![
        node("Conv", &["x", "w"], &["c"], vec![]),
        node("GlobalAveragePool", &["c"], &["p"], vec![]),
        node("Conv", &["p", "down"], &["d"], vec![]),
        node("Relu", &["d"], &["r"], vec![]),
        node("Conv", &["r", "up"], &["u"], vec![]),
        node("Sigmoid", &["u"], &["s"], vec![]),
        node("Mul", &["s", "c"], &["y"], vec![]),
    ];
    let compiled = assert_agrees(&graph(&[1, 3, 8, 8], initializers, nodes));
    assert_eq!(kinds(&compiled), ["conv", "reduce", "conv", "conv", "binary"]);
}

#[test]
fn element_wise_functions_with_broadcasting() {
    for (operator, shape) in [
        ("Add", vec![1, 4, 5, 6]),
        ("Sub", vec![4, 1, 1]),
        ("Mul", vec![6]),
        ("Div", vec![5, 1]),
        ("Add", vec![1]),
        ("Max", vec![4, 1, 6]),
        ("Min", vec![2, 4, 5, 6]),
        ("PRelu", vec![4, 1, 1]),
    ] {
        let nodes = vec![node(operator, &["x", "c"], &["y"], vec![])];
        assert_agrees(&graph(&[2, 4, 5, 6], vec![signed("c", &shape)], nodes));
    }
    let nodes = vec![node("Sub", &["c", "x"], &["y"], vec![])];
    assert_agrees(&graph(&[4, 5], vec![signed("c", &[4, 1])], nodes));
}

#[test]
fn matrix_products_by_constants() {
    let gemm = |attributes| vec![node("Gemm", &["x", "w", "b"], &["y"], attributes)];
    assert_agrees(&graph(&[3, 7], vec![signed("w", &[7, 9]), signed("b", &[9])], gemm(vec![])));
    let transposed = vec![integer("transB", 1), float("alpha", 0.5), float("beta", 2.0)];
    let compiled = assert_agrees(&graph(&[1, 7], vec![signed("w", &[9, 7]), signed("b", &[9])], gemm(transposed)));
    assert!(kinds(&compiled).len() <= 2, "{:?}", kinds(&compiled));
    let product = vec![node("MatMul", &["x", "w"], &["y"], vec![])];
    assert_agrees(&graph(&[2, 3, 4, 5], vec![signed("w", &[5, 6])], product));
    let product = vec![node("MatMul", &["w", "x"], &["y"], vec![])];
    assert_agrees(&graph(&[5, 6], vec![signed("w", &[3, 5])], product));
}

#[test]
fn softmax_along_any_axis() {
    for axis in 0..4 {
        for operator in ["Softmax", "LogSoftmax"] {
            let nodes = vec![
                node("Conv", &["x", "w"], &["c"], vec![]),
                node(operator, &["c"], &["y"], vec![integer("axis", axis)]),
            ];
            assert_agrees(&graph(&[2, 3, 4, 5], vec![signed("w", &[8, 3, 1, 1])], nodes));
        }
    }
}

#[test]
fn reductions_over_any_axes() {
    for (operator, axes) in [
        ("ReduceMean", vec![2, 3]),
        ("ReduceMean", vec![1]),
        ("ReduceSum", vec![]),
        ("ReduceMax", vec![1, 3]),
        ("ReduceMin", vec![0, 2]),
    ] {
        for keep in [0, 1] {
            let mut attributes = vec![integer("keepdims", keep)];
            if operator != "ReduceSum" {
                attributes.push(integers("axes", &axes));
            }
            let nodes = vec![node("Conv", &["x", "w"], &["c"], vec![]), node(operator, &["c"], &["y"], attributes)];
            assert_agrees(&graph(&[2, 3, 4, 5], vec![signed("w", &[8, 3, 1, 1])], nodes));
        }
    }
}

#[test]
fn concatenation_padding_slicing_and_moving_axes() {
    let w = || vec![signed("w", &[8, 3, 1, 1])];
    let conv = || node("Conv", &["x", "w"], &["c"], vec![]);
    for axis in 0..4 {
        let nodes = vec![conv(), node("Concat", &["c", "c"], &["y"], vec![integer("axis", axis)])];
        assert_agrees(&graph(&[2, 3, 4, 5], w(), nodes));
    }
    let mut initializers = w();
    initializers.push(shape_vector("pads", &[0, 1, 2, 0, 0, 0, 1, 3]));
    let nodes = vec![conv(), node("Pad", &["c", "pads"], &["y"], vec![])];
    assert_agrees(&graph(&[2, 3, 4, 5], initializers, nodes));

    let mut initializers = w();
    initializers.extend([
        shape_vector("starts", &[1, 2]),
        shape_vector("ends", &[3, 7]),
        shape_vector("axes", &[2, 1]),
    ]);
    let nodes = vec![conv(), node("Slice", &["c", "starts", "ends", "axes"], &["y"], vec![])];
    assert_agrees(&graph(&[2, 3, 4, 5], initializers, nodes));

    let nodes = vec![conv(), node("Transpose", &["c"], &["y"], vec![integers("perm", &[3, 0, 2, 1])])];
    assert_agrees(&graph(&[2, 3, 4, 5], w(), nodes));

    let nodes = vec![conv(), node("Flatten", &["c"], &["y"], vec![])];
    assert_agrees(&graph(&[2, 3, 4, 5], w(), nodes));

    let mut initializers = w();
    initializers.push(shape_vector("shape", &[2, 8, 4, 5]));
    let nodes = vec![
        node("Conv", &["x", "w"], &["c"], vec![integers("strides", &[4, 5])]),
        node("Expand", &["c", "shape"], &["y"], vec![]),
    ];
    assert_agrees(&graph(&[2, 3, 4, 5], initializers, nodes));
}

#[test]
fn a_channel_shuffle_copies_once() {
    let initializers = vec![
        signed("w", &[8, 3, 1, 1]),
        shape_vector("split", &[1, 2, 4, 6, 6]),
        shape_vector("merged", &[1, 8, 6, 6]),
        signed("v", &[8, 8, 1, 1]),
    ];
    let nodes = vec![
        node("Conv", &["x", "w"], &["c"], vec![]),
        node("Reshape", &["c", "split"], &["s"], vec![]),
        node("Transpose", &["s"], &["t"], vec![integers("perm", &[0, 2, 1, 3, 4])]),
        node("Reshape", &["t", "merged"], &["m"], vec![]),
        node("Conv", &["m", "v"], &["y"], vec![]),
    ];
    let compiled = assert_agrees(&graph(&[1, 3, 6, 6], initializers, nodes));
    assert!(kinds(&compiled).iter().filter(|&&kind| kind == "copy").count() <= 2, "{:?}", kinds(&compiled));
}

#[test]
fn local_response_normalisation() {
    let nodes = vec![node("LRN", &["x"], &["y"], vec![integer("size", 5), float("alpha", 1e-2)])];
    assert_agrees(&graph(&[1, 7, 3, 4], vec![], nodes));
}

#[test]
fn the_arena_is_reused_along_a_chain() {
    let initializers = (0..6).map(|i| signed(&format!("w{i}"), &[16, 16, 1, 1])).collect();
    let mut nodes: Vec<NodeProto> = Vec::new();
    for i in 0..6 {
        let (from, to) = (if i == 0 { "x".into() } else { format!("c{i}") }, format!("c{}", i + 1));
        nodes.push(node("Conv", &[&from, &format!("w{i}")], &[if i == 5 { "y" } else { &to }], vec![]));
    }
    let compiled = assert_agrees(&graph(&[1, 16, 16, 16], initializers, nodes));
    assert_eq!(compiled.plan.arena_len, 2 * 16 * 16 * 16 * 4, "input and output of one layer, not of six");
    assert!(compiled.plan.tensors.iter().any(|t| matches!(t.place, Place::Constants(_))));
}

#[test]
fn everything_that_has_no_lowering_is_named_at_once() {
    let nodes = vec![
        node("NonZero", &["x"], &["i"], vec![]),
        node("Neg", &["i"], &["a"], vec![]),
        node("Relu", &["x"], &["r"], vec![]),
        node("NonZero", &["r"], &["j"], vec![]),
        node("Neg", &["j"], &["z"], vec![]),
    ];
    let mut model = graph(&[4, 4], vec![], nodes);
    let outputs = ["a", "z"].map(|name| {
        let mut output = value(name, &[]);
        output.r#type = None;
        output
    });
    model.graph.as_mut().expect("it has a graph").output = outputs.to_vec();
    let Err(Error::Unsupported(unsupported)) = compile(&model, &Options::default()) else { panic!("it compiled") };
    let mut operators: Vec<_> = unsupported.iter().map(|u| (u.operator.as_str(), u.node.as_str())).collect();
    operators.sort_unstable();
    assert_eq!(operators, [("NonZero", "i"), ("NonZero", "j")]);
}

#[test]
fn operators_that_nobody_knows_are_named_at_once() {
    let nodes = vec![node("Frobnicate", &["x"], &["a"], vec![]), node("Twiddle", &["a"], &["y"], vec![])];
    let error = compile(&graph(&[4], vec![], nodes), &Options::default()).err().expect("it does not compile");
    let message = error.to_string();
    assert!(message.contains("Frobnicate (a)") && message.contains("Twiddle (y)"), "{message}");
}

#[test]
fn an_operator_of_another_domain_is_not_taken_for_its_namesake() {
    let mut model = graph(&[4], vec![], vec![node("Relu", &["x"], &["y"], vec![])]);
    model.graph.as_mut().expect("it has a graph").node[0].domain = "com.example".into();
    let message = compile(&model, &Options::default()).err().expect("it does not compile").to_string();
    assert!(message.contains("Relu (y)") && message.contains("com.example"), "{message}");
}

#[test]
fn open_axes_are_the_users_to_fix_but_the_batch_is_1() {
    let nodes = || vec![node("Relu", &["x"], &["y"], vec![])];
    let open = |axis: usize| {
        let mut model = graph(&[2, 3, 4], vec![], nodes());
        use tract_onnx::pb::{tensor_shape_proto::dimension::Value::DimParam, type_proto::Value::TensorType};
        let graph = model.graph.as_mut().expect("it has a graph");
        let Some(TensorType(tensor)) = graph.input[0].r#type.as_mut().and_then(|t| t.value.as_mut()) else {
            panic!("the input is a tensor")
        };
        tensor.shape.as_mut().expect("it has a shape").dim[axis].value = Some(DimParam("N".into()));
        model
    };
    let compiled = compile(&open(0), &Options::default()).expect("an open batch is 1");
    assert_eq!(compiled.plan.inputs[0].shape, [1, 3, 4]);
    let message = compile(&open(1), &Options::default()).err().expect("it is open").to_string();
    assert!(message.contains("--shape x=2x1x4"), "{message}");
    let shapes = vec![("x".to_owned(), vec![2, 5, 4])];
    let compiled = compile(&open(1), &Options { shapes, ..Default::default() }).expect("the user fixed it");
    assert_eq!(compiled.plan.inputs[0].shape, [2, 5, 4]);
    let shapes = vec![("z".to_owned(), vec![2, 5, 4])];
    let message =
        compile(&open(1), &Options { shapes, ..Default::default() }).err().expect("there is no z").to_string();
    assert!(message.contains("no input \"z\""), "{message}");
}

#[test]
fn a_few_bytes_cannot_ask_for_terabytes() {
    let shape = shape_vector("shape", &[1_000_000, 1_000_000]);
    let nodes = vec![
        node("ConstantOfShape", &["shape"], &["c"], vec![]),
        node("ReduceMax", &["c"], &["m"], vec![]),
        node("Add", &["x", "m"], &["y"], vec![]),
    ];
    let message = compile(&graph(&[1], vec![shape], nodes), &Options::default()).err().expect("refused").to_string();
    assert!(message.contains("ConstantOfShape (c)") && message.contains("[1000000, 1000000]"), "{message}");
}
