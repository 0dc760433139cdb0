//! The compiled steps and what each costs.

use maasm_plan::{Op, Place, Plan, Tensor};
use serde::Serialize;

/// One kernel call.
#[derive(Serialize)]
pub(super) struct Step {
    /// The node that it came from.
    pub name: String,
    pub kernel: String,
    /// The physical shape: channels last.
    pub output: Vec<u32>,
    pub parameters: u64,
    pub multiply_accumulates: u64,
    /// Bytes of what it writes.
    pub bytes: u64,
}

/// All of a plan.
pub(super) fn of(plan: &Plan) -> Vec<Step> {
    plan.steps.iter().map(|step| describe(plan, step)).collect()
}

fn describe(plan: &Plan, step: &maasm_plan::Step) -> Step {
    let tensor = |id: &u32| plan.tensors.get(*id as usize);
    let output = step.outputs.first().and_then(tensor);
    let elements = output.and_then(Tensor::elements).unwrap_or(0);
    let channels = |tensor: Option<&Tensor>| tensor.and_then(|t| t.shape.last()).map_or(0, |&c| u64::from(c));
    let window = |[height, width]: [u32; 2]| u64::from(height) * u64::from(width);
    // Multiply-accumulates for each element written; packed weights hold padding, so those are counted, too.
    let (each, weights) = match &step.op {
        Op::Conv(conv) => {
            let input = channels(step.inputs.first().and_then(tensor));
            let each = window(conv.window) * input / u64::from(conv.groups.max(1));
            (each, Some((each + u64::from(conv.bias)) * channels(output)))
        }
        Op::Depthwise(depthwise) => (window(depthwise.window), None),
        _ => (0, None),
    };
    let constant = |tensor: &&Tensor| matches!(tensor.place, Place::Constants(_));
    let constants = step.inputs.iter().filter_map(tensor).filter(constant).filter_map(Tensor::elements);
    Step {
        name: step.name.clone(),
        kernel: kernel(&step.op),
        output: output.map(|output| output.shape.clone()).unwrap_or_default(),
        parameters: weights.unwrap_or_else(|| constants.sum()),
        multiply_accumulates: elements * each,
        bytes: step.outputs.iter().filter_map(tensor).filter_map(Tensor::bytes).sum(),
    }
}

/// The kernel's name and what tells it from others of its kind.
fn kernel(op: &Op) -> String {
    let size = |[height, width]: [u32; 2]| format!("{height}×{width}");
    match op {
        Op::Conv(conv) => {
            let groups = if conv.groups > 1 { format!(" in {} groups", conv.groups) } else { String::new() };
            let residual = if conv.residual { " + residual" } else { "" };
            let activation = if conv.activation.is_some() { " + activation" } else { "" };
            format!("convolution {}{groups}{residual}{activation}", size(conv.window))
        }
        Op::Depthwise(depthwise) => {
            let activation = if depthwise.activation.is_some() { " + activation" } else { "" };
            format!("depthwise {}{activation}", size(depthwise.window))
        }
        Op::Pool(pool) => format!("{} pool {}", format!("{:?}", pool.kind).to_lowercase(), size(pool.window)),
        Op::Unary(_) => "unary".into(),
        Op::Binary(binary) => format!("{:?}", binary.kind).to_lowercase(),
        Op::Reduce(reduce) => format!("reduce {}", format!("{:?}", reduce.kind).to_lowercase()),
        Op::Softmax(_) => "softmax".into(),
        Op::Copy(_) => "copy".into(),
        Op::Fill(_) => "fill".into(),
        Op::LocalResponse(_) => "local response".into(),
        Op::Cast => "cast".into(),
        Op::Select(_) => "select".into(),
        Op::Gather(_) => "gather".into(),
        Op::Scatter(_) => "scatter".into(),
        Op::Resample(_) => "resample".into(),
        Op::Cumulate(_) => "running sum".into(),
        Op::Top(_) => "top".into(),
        Op::Contract(_) => "contraction".into(),
        Op::GridSample(_) => "grid sample".into(),
    }
}
