//! Plans are followed without being run; the operators' definitions are ONNX's.

use super::{Known, Scores, Tried, decide, follow};
use maasm_compile::{Compiled, Options, compile};
use maasm_tests::onnx::{integers, model, node, value, weights, whole_numbers};
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::{AttributeProto, GraphProto, NodeProto, TensorProto, attribute_proto::AttributeType};

const CLASSES: i64 = 4;

fn number(name: &str, value: f32) -> TensorProto {
    let data_type = DataType::Float as i32;
    TensorProto { name: name.into(), data_type, float_data: vec![value], ..Default::default() }
}

fn byte(name: &str, value: u8) -> TensorProto {
    let data_type = DataType::Uint8 as i32;
    TensorProto { name: name.into(), data_type, int32_data: vec![value.into()], ..Default::default() }
}

fn integer(name: &str, value: i64) -> AttributeProto {
    AttributeProto { name: name.into(), r#type: AttributeType::Int as i32, i: value, ..Default::default() }
}

fn compiled(shape: &[i64], nodes: Vec<NodeProto>, constants: Vec<TensorProto>) -> Compiled {
    let graph = GraphProto {
        name: "end".into(),
        input: vec![value("logits", shape)],
        output: vec![value("scores", &[1, CLASSES])],
        initializer: constants,
        node: nodes,
        ..Default::default()
    };
    compile(&model(graph), &Options::default()).unwrap()
}

fn known(nodes: Vec<NodeProto>, constants: Vec<TensorProto>) -> Known {
    of(&compiled(&[1, CLASSES], nodes, constants))
}

fn of(compiled: &Compiled) -> Known {
    Known::of(&follow::follow(compiled).unwrap(), CLASSES as usize)
}

fn softmax(input: &str, output: &str) -> NodeProto {
    node("Softmax", &[input], &[output], vec![integer("axis", 1)])
}

fn is_parts(known: Known) -> bool {
    matches!(known, Known::Parts(_))
}

#[test]
fn bounds_and_scales_leave_probabilities_what_they_are() {
    let behind = |last: NodeProto, constants| known(vec![softmax("logits", "p"), last], constants);
    let ends = vec![number("low", 1e-7), number("high", 1.0 - 1e-7)];
    assert!(is_parts(behind(node("Clip", &["p", "low", "high"], &["scores"], vec![]), ends)));
    assert!(is_parts(behind(node("Mul", &["p", "one"], &["scores"], vec![]), vec![number("one", 1.0)])));
    assert_eq!(behind(node("Mul", &["p", "half"], &["scores"], vec![]), vec![number("half", 0.5)]), Known::Bounded);
    assert_eq!(behind(node("Mul", &["p", "w"], &["scores"], vec![]), vec![weights("w", &[4])]), Known::Bounded);
    let ends = vec![number("low", 0.1), number("high", 0.9)];
    assert_eq!(behind(node("Clip", &["p", "low", "high"], &["scores"], vec![]), ends), Known::Bounded);
}

#[test]
fn rounding_to_bytes_leaves_probabilities_what_they_are() {
    let constants = || vec![number("scale", 1.0 / 256.0), byte("zero", 0)];
    let rounded = |input: &str| {
        let bytes = node("QuantizeLinear", &[input, "scale", "zero"], &["q"], vec![]);
        vec![bytes, node("DequantizeLinear", &["q", "scale", "zero"], &["scores"], vec![])]
    };
    let nodes = [vec![softmax("logits", "p")], rounded("p")].concat();
    // Of four numbers each is moved by half a step at most, and one that is 1 becomes 255/256.
    assert!(matches!(known(nodes, constants()), Known::Parts(error) if (0.005..0.03).contains(&error)));
    let sigmoid = node("Sigmoid", &["logits"], &["p"], vec![]);
    assert_eq!(known([vec![sigmoid], rounded("p")].concat(), constants()), Known::Bounded);
    assert_eq!(known(rounded("logits"), constants()), Known::Bounded);
    let wide = vec![number("scale", 0.1), byte("zero", 128)];
    assert_eq!(known(rounded("logits"), wide), Known::Nothing);
}

#[test]
fn the_mean_of_probabilities_is_probabilities() {
    let halves = vec![
        softmax("logits", "a"),
        node("Neg", &["logits"], &["n"], vec![]),
        softmax("n", "b"),
        node("Add", &["a", "b"], &["sum"], vec![]),
        node("Mul", &["sum", "half"], &["scores"], vec![]),
    ];
    assert!(is_parts(known(halves, vec![number("half", 0.5)])));
    // Rows of a matrix, and places of a map.
    let mean =
        |axes: &[i64]| node("ReduceMean", &["p"], &["scores"], vec![integers("axes", axes), integer("keepdims", 0)]);
    let rows = vec![softmax("logits", "p"), mean(&[0])];
    let stacked = compiled(&[3, CLASSES], rows, vec![]);
    assert!(is_parts(of(&stacked)));
    let map = compiled(&[1, CLASSES, 3, 3], vec![softmax("logits", "p"), mean(&[2, 3])], vec![]);
    assert!(is_parts(of(&map)));
    let joined = vec![
        softmax("logits", "a"),
        node("Neg", &["logits"], &["n"], vec![]),
        softmax("n", "b"),
        node("Concat", &["a", "b"], &["p"], vec![integer("axis", 0)]),
        mean(&[0]),
    ];
    assert!(is_parts(known(joined, vec![])));
}

#[test]
fn a_softmax_that_is_written_out_is_one() {
    let divided = |last: &str, operands: &[&str]| {
        let constants = vec![whole_numbers("axes", &[1], &[1])];
        let sum = node("ReduceSum", &["e", "axes"], &["s"], vec![integer("keepdims", 1)]);
        let behind = match last {
            "Mul" => vec![node("Reciprocal", &["s"], &["r"], vec![]), node("Mul", operands, &["scores"], vec![])],
            _ => vec![node("Div", operands, &["scores"], vec![])],
        };
        (sum, behind, constants)
    };
    for (last, operands) in [("Div", ["e", "s"]), ("Mul", ["e", "r"]), ("Mul", ["r", "e"])] {
        let (sum, behind, constants) = divided(last, &operands);
        let plain = vec![node("Exp", &["logits"], &["e"], vec![]), sum.clone()];
        assert!(is_parts(known([plain, behind.clone()].concat(), constants.clone())), "{last} {operands:?}");
        let less = vec![
            node("ReduceMax", &["logits"], &["m"], vec![integers("axes", &[1]), integer("keepdims", 1)]),
            node("Sub", &["logits", "m"], &["d"], vec![]),
            node("Exp", &["d"], &["e"], vec![]),
            sum,
        ];
        assert!(is_parts(known([less, behind].concat(), constants)), "{last} {operands:?}, the largest subtracted");
    }
    let logarithms = vec![
        node("LogSoftmax", &["logits"], &["l"], vec![integer("axis", 1)]),
        node("Exp", &["l"], &["scores"], vec![]),
    ];
    assert!(is_parts(known(logarithms, vec![])));
    // The sum of other numbers.
    let other = vec![
        node("Exp", &["logits"], &["e"], vec![]),
        node("Mul", &["e", "w"], &["v"], vec![]),
        node("ReduceSum", &["v", "axes"], &["s"], vec![integer("keepdims", 1)]),
        node("Div", &["e", "s"], &["scores"], vec![]),
    ];
    let constants = vec![weights("w", &[CLASSES]), whole_numbers("axes", &[1], &[1])];
    assert_eq!(known(other, constants), Known::Nothing);
}

#[test]
fn a_sigmoid_that_is_written_out_is_one() {
    let one = || vec![number("one", 1.0)];
    let above = |numerator: &str, exponent: &str| {
        vec![
            node("Neg", &["logits"], &["n"], vec![]),
            node("Exp", &[exponent], &["e"], vec![]),
            node("Add", &["e", "one"], &["s"], vec![]),
            node("Div", &[numerator, "s"], &["scores"], vec![]),
        ]
    };
    assert_eq!(known(above("one", "n"), one()), Known::Bounded);
    assert_eq!(known(above("e", "logits"), one()), Known::Bounded);
    assert_eq!(known(vec![node("HardSigmoid", &["logits"], &["scores"], vec![])], vec![]), Known::Bounded);
}

#[test]
fn other_bounds_tell_nothing() {
    let clip = node("Clip", &["logits", "zero", "six"], &["scores"], vec![]);
    assert_eq!(known(vec![clip], vec![number("zero", 0.0), number("six", 6.0)]), Known::Nothing);
    assert_eq!(known(vec![node("Relu", &["logits"], &["scores"], vec![])], vec![]), Known::Nothing);
    assert_eq!(known(vec![node("Tanh", &["logits"], &["scores"], vec![])], vec![]), Known::Nothing);
    let part = vec![
        node("Softmax", &["logits"], &["p"], vec![integer("axis", 1)]),
        node("Slice", &["p", "from", "to", "axes"], &["scores"], vec![]),
    ];
    let ends = [("from", 1), ("to", 5), ("axes", 1)].map(|(name, place)| whole_numbers(name, &[1], &[place]));
    assert_eq!(of(&compiled(&[1, CLASSES + 1], part, ends.into())), Known::Bounded);
}

#[test]
fn a_run_confirms_what_the_plan_tells_or_tells_where_that_does_not() {
    let tried = |low: f64, high: f64, off: f64| Some(Tried { low, high, off, is_telling: true });
    for (known, tried, expected) in [
        (Known::Parts(0.0), tried(0.0, 1.0, 1e-6), Scores::Probabilities),
        (Known::Parts(0.0), None, Scores::Probabilities),
        (Known::Parts(0.02), tried(0.0, 0.9, 0.015), Scores::Probabilities),
        (Known::Parts(0.0), tried(0.0, 0.9, 0.3), Scores::Sigmoid),
        (Known::Parts(0.0), tried(-3.0, 4.0, 5.0), Scores::Logits),
        (Known::Bounded, tried(0.0, 1.0, 2.3), Scores::Sigmoid),
        (Known::Bounded, None, Scores::Sigmoid),
        (Known::Nothing, tried(0.01, 0.6, 1e-6), Scores::Probabilities),
        (Known::Nothing, tried(0.01, 0.6, 0.4), Scores::Logits),
        (Known::Nothing, None, Scores::Logits),
    ] {
        assert_eq!(decide(known, tried), expected, "{known:?}, {tried:?}");
    }
    // Always the same class, for sure: that tells nothing of what the numbers add up to otherwise.
    let sure = Tried { low: 0.0, high: 1.0, off: 0.0, is_telling: false };
    assert_eq!(decide(Known::Bounded, Some(sure)), Scores::Sigmoid);
}

#[test]
fn what_is_too_large_to_be_run_while_somebody_waits_is_followed_alone() {
    let large = 1 << 28;
    let sum = |input: &str, output: &str| node("ReduceMean", &[input], &[output], vec![integer("keepdims", 0)]);
    let graph = GraphProto {
        name: "large".into(),
        input: vec![value("numbers", &[large])],
        output: vec![value("mean", &[])],
        node: vec![sum("numbers", "mean")],
        ..Default::default()
    };
    let compiled = compile(&model(graph), &Options::default()).unwrap();
    assert!(super::tried::natively(&compiled, None).is_none());
}
