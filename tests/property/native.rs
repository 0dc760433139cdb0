//! This project's answer.

use maasm::compile::{Options, compile};
use maasm_plan::ElementType;
use maasm_runtime::{AlignedBytes, Executor};
use maasm_tests::graph::Graph;
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

/// Compiles and runs natively.
pub fn run(model: &ModelProto, graph: &Graph) -> Answer {
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
        let given = graph.inputs.iter().find(|(value, _)| value.name == port.name);
        let (_, tensor) = given.expect("the plan's inputs are the model's");
        if let Err(error) = executor.set_input(index, &tensor.bytes) {
            return Answer::Broken(format!("input {index}: {error}"));
        }
    }
    if let Err(error) = executor.run() {
        return Answer::Broken(error.to_string());
    }
    let outputs = plan.outputs.iter().enumerate().map(|(index, port)| Tensor {
        data_type: match plan.element_type(port) {
            ElementType::F32 => 1,
            ElementType::I64 => 7,
            ElementType::Bool => 9,
            _ => 0,
        },
        shape: port.shape.iter().map(|&extent| extent as usize).collect(),
        bytes: executor.output(index),
    });
    Answer::Outputs(outputs.collect())
}

/// How outputs differ from the expected ones, if they do.
pub fn difference(found: &[Tensor], expected: &[Tensor]) -> Option<String> {
    if found.len() != expected.len() {
        return Some(format!("{} outputs instead of {}", found.len(), expected.len()));
    }
    found.iter().zip(expected).find_map(|(found, expected)| found.difference(expected))
}
