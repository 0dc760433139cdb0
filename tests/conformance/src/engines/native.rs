//! The runtime natively.

use crate::case::Case;
use crate::tensor::Tensor;
use crate::types;
use maasm_compile::Compiled;
use maasm_plan::{Plan, Port};
use maasm_runtime::{AlignedBytes, Executor};

/// What the plan gives, or why it gives nothing.
pub fn run(compiled: &Compiled, case: &Case) -> Result<Vec<Tensor>, String> {
    let mut constants = AlignedBytes::zeroed(compiled.constants.len());
    constants.as_mut().copy_from_slice(&compiled.constants);
    let arena = AlignedBytes::zeroed(compiled.plan.arena_len as usize);
    let mut executor = Executor::new(compiled.plan.clone(), constants, arena).map_err(|error| error.to_string())?;
    for (index, input) in inputs(&compiled.plan, case)?.into_iter().enumerate() {
        executor.set_input(index, &input.bytes).map_err(|error| format!("input {:?} {error}", input.name))?;
    }
    executor.run().map_err(|error| error.to_string())?;
    let ports = compiled.plan.outputs.iter().enumerate();
    Ok(ports.map(|(index, port)| output(&compiled.plan, port, executor.output(index))).collect())
}

/// What a test gives for every input of a plan.
pub fn inputs<'a>(plan: &Plan, case: &'a Case) -> Result<Vec<&'a Tensor>, String> {
    let find = |port: &Port| {
        let input = case.inputs.iter().find(|input| input.name == port.name);
        let input = input.ok_or_else(|| format!("the plan has an input {:?}, the model has none", port.name))?;
        if types::data_type(plan.element_type(port)) != input.data_type {
            return Err(format!("the plan's input {:?} has another element type than the model's", port.name));
        }
        Ok(input)
    };
    plan.inputs.iter().map(find).collect()
}

/// A plan's output as ONNX would store it.
pub fn output(plan: &Plan, port: &Port, bytes: Vec<u8>) -> Tensor {
    let mut shape: Vec<usize> = port.shape.iter().map(|&extent| extent as usize).collect();
    if let Some(count) = port.count {
        // What there is says how long the counted axis is.
        let size = plan.element_type(port).size() as usize;
        shape[usize::from(count.axis)] = 1;
        shape[usize::from(count.axis)] = bytes.len() / size / shape.iter().product::<usize>().max(1);
    }
    Tensor { name: port.name.clone(), data_type: types::data_type(plan.element_type(port)), shape, bytes }
}
