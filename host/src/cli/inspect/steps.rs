//! What each compiled step is and costs. The one place that knows one kernel from another.

use maasm_plan::op::Unary;
use maasm_plan::{Op, Plan, Step, Tensor};

/// A step in words and figures.
pub(super) struct Description {
    /// The kernel's name and what tells it from others of its kind.
    pub kernel: String,
    /// The physical shape: channels last.
    pub output: Vec<u32>,
    pub multiply_accumulates: u64,
    /// Bytes of what it writes.
    pub bytes: u64,
}

pub(super) fn describe(plan: &Plan, step: &Step) -> Description {
    let tensor = |id: &u32| plan.tensors.get(*id as usize);
    let output = step.outputs.first().and_then(tensor);
    Description {
        kernel: kernel(&step.op),
        output: output.map(|output| output.shape.clone()).unwrap_or_default(),
        multiply_accumulates: multiply_accumulates(&step.op, step.inputs.first().and_then(tensor), output),
        bytes: step.outputs.iter().filter_map(tensor).filter_map(Tensor::bytes).sum(),
    }
}

/// Those of convolutions and matrix products: what a network's cost is usually quoted as. Other kernels have none.
fn multiply_accumulates(op: &Op, input: Option<&Tensor>, output: Option<&Tensor>) -> u64 {
    let elements = output.and_then(Tensor::elements).unwrap_or(0);
    let window = |[height, width]: [u32; 2]| u64::from(height) * u64::from(width);
    let channels = input.and_then(|tensor| tensor.shape.last()).map_or(0, |&channels| u64::from(channels));
    let for_each_element = match op {
        Op::Conv(conv) => window(conv.window) * channels / u64::from(conv.groups.max(1)),
        Op::Depthwise(depthwise) => window(depthwise.window),
        Op::QuantizedConv(conv) => window(conv.window) * channels / u64::from(conv.groups.max(1)),
        Op::QLinearConv(conv) => window(conv.window) * channels / u64::from(conv.groups.max(1)),
        _ => 0,
    };
    elements * for_each_element
}

fn kernel(op: &Op) -> String {
    let size = |[height, width]: [u32; 2]| format!("{height}×{width}");
    let then = |activation: &Option<Unary>| {
        activation.as_ref().map(|function| format!(" + {}", self::function(function))).unwrap_or_default()
    };
    let groups = |groups: u32| if groups > 1 { format!(" in {groups} groups") } else { String::new() };
    let residual = |is_there: bool| if is_there { " + residual" } else { "" };
    match op {
        Op::Conv(conv) => {
            let residual = residual(conv.residual);
            format!("convolution {}{}{residual}{}", size(conv.window), groups(conv.groups), then(&conv.activation))
        }
        Op::QuantizedConv(conv) => {
            let residual = residual(conv.residual.is_some());
            format!("int8 convolution {}{}{residual}", size(conv.window), groups(conv.groups))
        }
        Op::QLinearConv(conv) => {
            let residual = residual(conv.residual.is_some());
            format!("int8 convolution {}{}{residual}", size(conv.window), groups(conv.groups))
        }
        Op::QLinearAdd(_) => "int8 add".into(),
        Op::Depthwise(depthwise) => format!("depthwise {}{}", size(depthwise.window), then(&depthwise.activation)),
        Op::Pool(pool) => format!("{} pool {}", variant(&pool.kind), size(pool.window)),
        Op::Unary(unary) => function(unary),
        Op::Binary(binary) => format!("{}{}", variant(&binary.kind), then(&binary.activation)),
        Op::Reduce(reduce) => format!("reduce {}", variant(&reduce.kind)),
        other => variant(other),
    }
}

/// An element-wise function by the name that networks are described with.
fn function(unary: &Unary) -> String {
    match unary {
        Unary::Clamp { low: 0.0, high: f32::INFINITY } => "relu".into(),
        Unary::Clamp { low: 0.0, high: 6.0 } => "relu6".into(),
        other => variant(other),
    }
}

/// The name of an enum's variant in words: `LocalResponse(…)` is `local response`.
fn variant(value: &impl std::fmt::Debug) -> String {
    let shown = format!("{value:?}");
    let name = shown.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let mut words = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use maasm_plan::op::{BinaryKind, Fill, PoolKind};

    #[test]
    fn kernels_without_words_of_their_own_are_told_by_their_name() {
        assert_eq!(kernel(&Op::Fill(Fill { value: 0.5 })), "fill");
        assert_eq!(variant(&PoolKind::AverageWithPadding), "average with padding");
        assert_eq!(variant(&BinaryKind::Add), "add");
        assert_eq!(function(&Unary::LeakyRelu { alpha: 0.1 }), "leaky relu");
        assert_eq!(function(&Unary::Clamp { low: 0.0, high: 6.0 }), "relu6");
    }
}
