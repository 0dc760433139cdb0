//! What follows a kernel becomes part of it: scale and offset, residual, activation.

use super::draft::{Draft, Operand, Value, operand, row_major_strides};
use super::kernel::Kernel;
use maasm_plan::op::{BinaryKind, Unary};
use maasm_plan::{ElementType, Op};
use tract_onnx::prelude::Tensor;

impl Draft {
    /// Applies an element-wise function: in the step that makes the value, where that is possible.
    pub fn activate(&mut self, name: &str, value: &Value, unary: Unary) -> Value {
        if self.element_type(value) == ElementType::F32
            && let Some(activation) = self.fusible(value).and_then(|step| step.kernel.activation())
            && let Some(both) = combine(*activation, unary)
        {
            *activation = Some(both);
            return value.clone();
        }
        let output = self.like(value, value.shape.clone(), value.order.clone());
        self.push_unary(name, Op::Unary(unary), value, &output);
        output
    }

    /// Folds `value ∘ constant` into the weights and bias of the convolution that makes the value. Whether that
    /// was possible: only if nothing else uses the value, nothing was fused behind the weights yet, and the
    /// constant differs by output channel at most.
    pub fn fold_constant(&mut self, value: &Value, kind: BinaryKind, constant: &Tensor) -> bool {
        let Some(step) = self.fusible(value) else { return false };
        let Kernel::Conv(conv) = &mut step.kernel else { return false };
        if conv.residual || conv.activation.is_some() {
            return false;
        }
        let Some(by_channel) = by_channel(value, constant, conv.out_channels) else { return false };
        match kind {
            BinaryKind::Add => conv.fold(|_| 1.0, |c| by_channel[c]),
            BinaryKind::Sub => conv.fold(|_| 1.0, |c| -by_channel[c]),
            BinaryKind::Mul => conv.fold(|c| by_channel[c], |_| 0.0),
            BinaryKind::Div => conv.fold(|c| 1.0 / by_channel[c], |_| 0.0),
            _ => return false,
        }
        true
    }

    /// Adds `other` in the convolution that makes `value`. Whether that was possible: `other` must exist before
    /// that convolution runs, and lie in memory in the same way.
    pub fn add_residual(&mut self, value: &Value, other: &Value) -> bool {
        if value.shape != other.shape || value.physical_order() != other.physical_order() {
            return false;
        }
        let made = |v: &Value| self.buffers[v.buffer].producer;
        if value.buffer == other.buffer || made(other) >= made(value) || made(value).is_none() {
            return false;
        }
        let Some(step) = self.fusible(value) else { return false };
        let Kernel::Conv(conv) = &mut step.kernel else { return false };
        if conv.residual || conv.activation.is_some() || conv.is_depthwise() {
            return false;
        }
        conv.residual = true;
        let shape = step.output.shape.clone();
        step.inputs.push(Operand { shape, ..operand(other) });
        self.buffers[other.buffer].read = true;
        true
    }
}

impl Kernel {
    fn activation(&mut self) -> Option<&mut Option<Unary>> {
        match self {
            Self::Conv(conv) => Some(&mut conv.activation),
            Self::Plain(Op::Conv(conv)) => Some(&mut conv.activation),
            Self::Plain(Op::Binary(binary)) if !binary.kind.compares() => Some(&mut binary.activation),
            _ => None,
        }
    }
}

/// One function for two in a row, where there is one.
fn combine(first: Option<Unary>, second: Unary) -> Option<Unary> {
    match (first, second) {
        (None, second) => Some(second),
        (Some(Unary::Clamp { low, high }), Unary::Clamp { low: floor, high: ceiling }) => {
            Some(Unary::Clamp { low: low.max(floor).min(ceiling), high: high.max(floor).min(ceiling) })
        }
        _ => None,
    }
}

/// The constant's value for each of the innermost `channels` places of the value, if it depends on nothing else.
fn by_channel(value: &Value, constant: &Tensor, channels: usize) -> Option<Vec<f32>> {
    let elements = constant.to_plain_array_view::<f32>().ok()?;
    let elements = elements.as_slice()?;
    if let [scalar] = elements {
        return Some(vec![*scalar; channels]);
    }
    // The innermost physical axes that together are the channels.
    let mut inner = Vec::new();
    let mut product = 1;
    for &axis in value.order.iter().rev() {
        if product == channels {
            break;
        }
        inner.insert(0, axis);
        product *= value.shape[axis];
    }
    let varies = |axis: usize| constant.shape()[axis] != 1;
    if product != channels || (0..constant.rank()).any(|axis| varies(axis) && !inner.contains(&axis)) {
        return None;
    }
    let strides = row_major_strides(constant.shape());
    let strides: Vec<usize> = (0..constant.rank()).map(|axis| if varies(axis) { strides[axis] } else { 0 }).collect();
    let at = |mut place: usize| {
        let mut index = 0;
        for &axis in inner.iter().rev() {
            index += place % value.shape[axis] * strides[axis];
            place /= value.shape[axis];
        }
        elements[index]
    };
    Some((0..channels).map(at).collect())
}
