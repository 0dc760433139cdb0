//! The runtime's kernels behind wasi-nn: a graph whose answer everybody can tell.

use crate::probe::{I64, Input, Probe, floats};
use maasm_nn::{ErrorCode, Graph, Native};
use maasm_plan::op::{Op, Reduce, ReduceKind};
use maasm_plan::{ElementType, Place, Plan, Port, Step, Tensor};
use maasm_runtime::AlignedBytes;
use std::time::Duration;

/// What makes an input wrong.
type Change = fn(&mut Input);

pub const NAME: &str = "colours@1.0.0";

/// The mean of each colour in a picture of 2×2 pixels, channels first outside and last inside.
pub fn means() -> Plan {
    let tensor = |offset, shape: &[u32]| Tensor {
        element_type: ElementType::F32,
        shape: shape.into(),
        place: Place::Arena(offset),
    };
    let port = |name: &str, shape: &[u32], tensor, axes: &[u8]| Port {
        name: name.into(),
        shape: shape.into(),
        tensor,
        axes: axes.into(),
        count: None,
    };
    Plan {
        inputs: vec![port("picture", &[1, 3, 2, 2], 0, &[0, 2, 3, 1])],
        outputs: vec![port("means", &[1, 3], 1, &[])],
        tensors: vec![tensor(0, &[1, 2, 2, 3]), tensor(64, &[1, 3])],
        steps: vec![Step {
            name: "mean".into(),
            op: Op::Reduce(Reduce { kind: ReduceKind::Mean, outer: 1, extent: 4, inner: 3 }),
            inputs: vec![0],
            outputs: vec![1],
            scratch: None,
        }],
        arena_len: 128,
        constants_len: 0,
    }
}

pub fn graph(deadline: Duration) -> Graph {
    Native { deadline }.graph(means(), AlignedBytes::zeroed(0)).unwrap()
}

fn probe() -> Probe {
    Probe::with(NAME, graph(Duration::from_secs(10)))
}

/// Red is 1, green is 2, blue is 3 everywhere.
pub fn picture() -> Input {
    Input::floats("picture", &[1, 3, 2, 2], &[1.0, 1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 2.0, 3.0, 3.0, 3.0, 3.0])
}

#[test]
fn a_component_gets_its_graph_by_name_and_its_answer_in_the_outside_order() {
    assert_eq!(floats(&probe().compute(NAME, &picture()).unwrap()), [1.0, 2.0, 3.0]);
}

#[test]
fn wrong_names_types_shapes_and_lengths_are_invalid_arguments_and_harm_nothing() {
    let mut probe = probe();
    let wrong: [(&str, Change); 7] = [
        ("another name", |input| input.name = "photo"),
        ("another type", |input| input.ty = I64),
        ("another order", |input| input.shape = vec![1, 2, 2, 3]),
        ("an axis too few", |input| input.shape = vec![3, 2, 2]),
        ("a byte too few", |input| _ = input.data.pop()),
        ("none", |input| input.count = 0),
        ("twice", |input| input.count = 2),
    ];
    for (what, change) in wrong {
        let mut input = picture();
        change(&mut input);
        assert_eq!(probe.compute(NAME, &input), Err(ErrorCode::InvalidArgument), "{what}");
        assert_eq!(probe.failure(), None, "{what} is the component's own affair");
    }
    assert!(probe.compute(NAME, &picture()).is_ok());
}

#[test]
fn a_shape_that_overflows_is_an_invalid_argument() {
    let input = Input { shape: vec![u32::MAX, u32::MAX, u32::MAX, u32::MAX], ..picture() };
    assert_eq!(probe().compute(NAME, &input), Err(ErrorCode::InvalidArgument));
}

#[test]
fn an_inference_that_takes_too_long_is_a_timeout_and_the_host_knows() {
    let mut probe = Probe::with(NAME, graph(Duration::ZERO));
    assert_eq!(probe.compute(NAME, &picture()), Err(ErrorCode::Timeout));
    assert_eq!(probe.failure().map(|failure| failure.code), Some(ErrorCode::Timeout));
}

#[test]
fn a_plan_that_lies_about_its_memory_makes_no_graph() {
    let plan = Plan { arena_len: 64, ..means() };
    let error = Native { deadline: Duration::from_secs(1) }.graph(plan, AlignedBytes::zeroed(0)).err().unwrap();
    assert!(error.message.contains("outside its memory"), "{error}");
}

#[test]
fn nothing_of_one_inference_is_left_for_the_next() {
    // A plan that first gives what it finds, and then keeps its input where it will be found.
    let mut plan = means();
    plan.arena_len = 192;
    plan.tensors.push(Tensor { place: Place::Arena(128), ..plan.tensors[0].clone() });
    plan.steps[0].inputs = vec![2];
    let copy = Reduce { kind: ReduceKind::Mean, outer: 1, extent: 1, inner: 12 };
    let keep = Step { name: "keep".into(), op: Op::Reduce(copy), inputs: vec![0], outputs: vec![2], scratch: None };
    plan.steps.push(keep);
    let graph = Native { deadline: Duration::from_secs(1) }.graph(plan, AlignedBytes::zeroed(0)).unwrap();
    for _ in 0..2 {
        let mut probe = Probe::with(NAME, graph.clone());
        assert_eq!(floats(&probe.compute(NAME, &picture()).unwrap()), [0.0, 0.0, 0.0]);
    }
}
