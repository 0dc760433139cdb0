//! This project's answer.

use maasm_compile::{Options, compile};
use maasm_plan::ElementType;
use maasm_runtime::{AlignedBytes, Executor};
use maasm_tests::tensor::Tensor;
use tract_onnx::pb::ModelProto;

/// What came of a model.
pub enum Answer {
    /// Its outputs.
    Outputs(Vec<Tensor>),
    /// The compiler refuses it.
    Refused(String),
    /// It compiles, but does not run.
    Broken(String),
}

/// Compiles and runs natively, with these tensors as inputs.
pub fn run<'a>(model: &ModelProto, given: &dyn Fn(&str) -> Option<&'a Tensor>) -> Answer {
    let compiled = match compile(model, &Options::default()) {
        Ok(compiled) => compiled,
        Err(error) => return Answer::Refused(error.to_string()),
    };
    let mut constants = AlignedBytes::zeroed(compiled.constants.len());
    constants.as_mut().copy_from_slice(&compiled.constants);
    let arena = AlignedBytes::zeroed(compiled.plan.arena_len as usize);
    let plan = compiled.plan.clone();
    let mut executor = match Executor::new(compiled.plan, constants, arena) {
        Ok(executor) => executor,
        Err(error) => return Answer::Broken(format!("the plan is invalid: {error}")),
    };
    for (index, port) in plan.inputs.iter().enumerate() {
        let tensor = given(&port.name).expect("the plan's inputs are the model's");
        if let Err(error) = executor.set_input(index, &tensor.bytes) {
            return Answer::Broken(format!("input {index}: {error}"));
        }
    }
    if let Err(error) = executor.run() {
        return Answer::Broken(error.to_string());
    }
    let outputs = plan.outputs.iter().enumerate().map(|(index, port)| Tensor {
        data_type: data_type(plan.element_type(port)),
        shape: executor.output_shape(index).iter().map(|&extent| extent as usize).collect(),
        bytes: executor.output(index),
    });
    Answer::Outputs(outputs.collect())
}

/// ONNX's number of an element type.
fn data_type(element_type: ElementType) -> i32 {
    match element_type {
        ElementType::F32 => 1,
        ElementType::U8 => 2,
        ElementType::I8 => 3,
        ElementType::U16 => 4,
        ElementType::I16 => 5,
        ElementType::I32 => 6,
        ElementType::I64 => 7,
        ElementType::Bool => 9,
        ElementType::F16 => 10,
        ElementType::F64 => 11,
        ElementType::U32 => 12,
        ElementType::U64 => 13,
    }
}

/// How outputs differ from the expected ones, if they do.
pub fn difference(found: &[Tensor], expected: &[Tensor]) -> Option<String> {
    if found.len() != expected.len() {
        return Some(format!("{} outputs instead of {}", found.len(), expected.len()));
    }
    found.iter().zip(expected).find_map(|(found, expected)| found.difference(expected))
}
