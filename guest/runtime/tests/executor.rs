//! The executor seen from outside: ports, memory, and no allocation while it runs.

use maasm_plan::op::{Binary, BinaryKind, Conv, PANEL, Unary};
use maasm_plan::{ElementType, Op, Place, Plan, Port, Step, Tensor};
use maasm_runtime::{AlignedBytes, Executor, SetupError, TensorError};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// The system's allocator, counting what each thread asks of it.
struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn floats(shape: &[u32], place: Place) -> Tensor {
    Tensor { element_type: ElementType::F32, shape: shape.into(), place }
}

/// The 3×3 window of ones over a 5×5 image of ONNX's specification of Conv, then twice that, in place.
fn plan() -> (Plan, AlignedBytes) {
    let mut constants = AlignedBytes::zeroed(3 * 3 * 8 * 4);
    let weights: &mut [f32] = bytemuck::cast_slice_mut(constants.as_mut());
    weights.iter_mut().step_by(PANEL as usize).for_each(|weight| *weight = 1.0);
    let conv = Conv {
        window: [3, 3],
        stride: [1, 1],
        dilation: [1, 1],
        pad_before: [1, 1],
        groups: 1,
        bias: false,
        residual: false,
        activation: Some(Unary::RELU),
    };
    let add =
        Binary { kind: BinaryKind::Add, shape: vec![25], a_strides: vec![1], b_strides: vec![1], activation: None };
    let step = |name: &str, op, inputs: &[u32], scratch| Step {
        name: name.into(),
        op,
        inputs: inputs.into(),
        outputs: vec![2],
        scratch,
    };
    let port = |name: &str, tensor| Port {
        name: name.into(),
        shape: vec![1, 1, 5, 5],
        tensor,
        axes: vec![0, 2, 3, 1],
        count: None,
    };
    let plan = Plan {
        inputs: vec![port("image", 0)],
        outputs: vec![port("scores", 2)],
        tensors: vec![
            floats(&[1, 5, 5, 1], Place::Arena(0)),
            floats(&[9, 8], Place::Constants(0)),
            floats(&[1, 5, 5, 1], Place::Arena(128)),
            floats(&[49], Place::Arena(256)),
        ],
        steps: vec![step("conv", Op::Conv(conv), &[0, 1], Some(3)), step("double", Op::Binary(add), &[2, 2], None)],
        arena_len: 512,
        constants_len: 288,
    };
    (plan, constants)
}

fn executor() -> Executor<AlignedBytes> {
    let (plan, constants) = plan();
    Executor::new(plan, constants, AlignedBytes::zeroed(512)).unwrap()
}

const IMAGE: [f32; 25] = {
    let mut image = [0.0; 25];
    let mut i = 0;
    while i < 25 {
        image[i] = i as f32;
        i += 1;
    }
    image
};

#[test]
fn a_plan_computes_what_its_steps_say() {
    let mut executor = executor();
    executor.set_input(0, bytemuck::cast_slice(&IMAGE)).unwrap();
    executor.run().unwrap();
    #[rustfmt::skip]
    let expected = [
        12., 21., 27., 33., 24.,
        33., 54., 63., 72., 51.,
        63., 99., 108., 117., 81.,
        93., 144., 153., 162., 111.,
        72., 111., 117., 123., 84.,
    ].map(|y: f32| 2.0 * y);
    assert_eq!(executor.output_f32(0), expected);
    assert_eq!(executor.output(0), bytemuck::cast_slice::<f32, u8>(&expected));
}

#[test]
fn running_allocates_nothing() {
    let mut executor = executor();
    executor.input_mut(0).copy_from_slice(&IMAGE);
    let before = ALLOCATIONS.get();
    executor.run().unwrap();
    assert_eq!(ALLOCATIONS.get() - before, 0);
}

#[test]
fn an_observer_sees_every_step_in_order() {
    let mut seen = Vec::new();
    executor().run_observed(|index, step| seen.push((index, step.name.clone()))).unwrap();
    assert_eq!(seen, [(0, "conv".to_owned()), (1, "double".to_owned())]);
}

#[test]
fn ports_turn_the_outside_order_into_the_physical_one_and_back() {
    let (mut plan, constants) = plan();
    plan.steps.clear();
    plan.tensors.push(floats(&[1, 2, 3, 4], Place::Arena(0)));
    let port = Port { name: "x".into(), shape: vec![1, 4, 2, 3], tensor: 4, axes: vec![0, 2, 3, 1], count: None };
    plan.inputs = vec![port.clone()];
    plan.outputs = vec![port];
    let mut executor = Executor::new(plan, constants, AlignedBytes::zeroed(512)).unwrap();
    let outside: Vec<f32> = (0..24).map(|i| i as f32).collect();
    executor.set_input(0, bytemuck::cast_slice(&outside)).unwrap();
    assert_eq!(executor.input_mut(0)[..8], [0., 6., 12., 18., 1., 7., 13., 19.]);
    assert_eq!(executor.output(0), bytemuck::cast_slice::<f32, u8>(&outside));
}

#[test]
fn memory_that_does_not_fit_the_plan_is_refused() {
    let (plan, constants) = plan();
    let short = Executor::new(plan.clone(), AlignedBytes::zeroed(284), AlignedBytes::zeroed(512));
    assert!(matches!(short, Err(SetupError::Memory { memory: "constants", wanted: 288, found: 284 })));
    let short = Executor::new(plan.clone(), constants, AlignedBytes::zeroed(64));
    assert!(matches!(short, Err(SetupError::Memory { memory: "arena", wanted: 512, found: 64 })));
    let aligned = AlignedBytes::zeroed(300);
    let misaligned = Executor::new(plan, &aligned.as_ref()[4..], AlignedBytes::zeroed(512));
    assert!(matches!(misaligned, Err(SetupError::Memory { memory: "constants", wanted: 288, found: 296 })));
}

#[test]
fn an_input_of_the_wrong_length_is_refused() {
    let error = executor().set_input(0, &[0; 99]).unwrap_err();
    let TensorError::Length { wanted, found } = error;
    assert_eq!((wanted, found), (100, 99));
}
