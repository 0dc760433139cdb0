//! Padding: by a constant fill, then copy into the middle; by what is there already, look it up.

use super::{Lowered, Node};
use crate::compile::draft::{Draft, Value};
use crate::compile::types;
use maasm_plan::ElementType;
use tract_onnx::tract_core::ops::array::{Pad, PadMode};

pub fn lower(op: &Pad, node: Node, draft: &mut Draft) -> Lowered {
    let input = node.value(0, draft);
    match &op.mode {
        PadMode::Constant(value) => {
            let output = draft.typed(node.element_type, node.shape.clone(), input.order.clone());
            let value = value.cast_to_dt(types::datum(node.element_type)).map_err(|e| e.to_string())?.into_owned();
            if node.element_type == ElementType::F32 {
                draft.fill(node.name, &output, value.cast_to_scalar().map_err(|e| e.to_string())?);
            } else {
                draft.fill_with(node.name, &output, value);
            }
            place(node.name, &input, &op.pads, &output, draft);
            Ok(output)
        }
        mode => {
            let source = |i: i64, extent: i64| match mode {
                PadMode::Edge => i.clamp(0, extent - 1),
                _ => reflected(i, extent),
            };
            let mut value = input;
            for (axis, &(before, after)) in op.pads.iter().enumerate() {
                if before + after > 0 {
                    draft.allow(value.shape[axis] + before + after)?;
                    let extent = value.shape[axis] as i64;
                    let places = (-(before as i64)..extent + after as i64).map(|i| source(i, extent));
                    value = draft.pick(node.name, &value, axis, &places.collect::<Vec<_>>());
                }
            }
            Ok(value)
        }
    }
}

/// Copies the value into the middle of one that has so many places more on each side.
fn place(name: &str, value: &Value, pads: &[(usize, usize)], output: &Value, draft: &mut Draft) {
    if value.shape.contains(&0) {
        return;
    }
    let strides = output.strides();
    let offset = pads.iter().zip(&strides).map(|(&(before, _), &stride)| before * stride).sum();
    draft.copy(name, value, 0, &value.strides(), output, offset, &strides, &value.shape);
}

/// Mirrored at the first and the last place, which are not repeated.
fn reflected(i: i64, extent: i64) -> i64 {
    if extent == 1 {
        return 0;
    }
    let period = 2 * (extent - 1);
    let i = i.rem_euclid(period);
    i.min(period - i)
}

impl Draft {
    /// The value with constant places around it.
    pub fn padded(&mut self, name: &str, value: &Value, pads: &[(usize, usize)], with: f32) -> Value {
        let shape = value.shape.iter().zip(pads).map(|(extent, (before, after))| extent + before + after).collect();
        let output = self.like(value, shape, value.order.clone());
        self.fill(name, &output, with);
        place(name, value, pads, &output, self);
        output
    }
}
