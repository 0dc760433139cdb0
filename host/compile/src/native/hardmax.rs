//! Hardmax: 1 at the first of the greatest elements, else 0.

use super::{Input, Inputs, Native, Output, counted_axis};
use crate::draft::Draft;
use crate::lower::carry::Handling;
use crate::lower::{Lowered, Node, reduce};
use maasm_plan::ElementType;
use maasm_plan::op::{BinaryKind, ReduceKind};
use std::sync::Arc;
use tract_onnx::pb::NodeProto;
use tract_onnx::tract_hir::internal::*;

#[derive(Debug)]
struct Hardmax {
    axis: i64,
    /// Whether all axes behind it count as one with it, as up to version 12 of the operator set.
    and_behind: bool,
}

/// Reads its attribute.
///
/// # Errors
/// If it has the wrong type.
pub fn read(node: &NodeProto, version: i64) -> TractResult<Arc<dyn Native>> {
    let and_behind = version < 13;
    let axis = node.get_attr_opt("axis")?.unwrap_or(if and_behind { 1 } else { -1 });
    Ok(Arc::new(Hardmax { axis, and_behind }))
}

impl Native for Hardmax {
    fn name(&self) -> &'static str {
        "Hardmax"
    }

    fn handling(&self) -> Handling {
        Handling::Compares
    }

    fn outputs(&self, inputs: &Inputs<Input>) -> Result<Option<Vec<Output>>, String> {
        let input = inputs.first().cloned().flatten().ok_or("it has no input")?;
        let axis = counted_axis(self.axis, input.shape.len())?;
        if self.and_behind && input.shape[axis + 1..].iter().any(|&extent| extent != 1) {
            return Err("over several axes it is not supported; convert the model with onnx.version_converter".into());
        }
        Ok(Some(vec![(input.datum_type, input.shape)]))
    }

    fn lower(&self, node: &Node, _: &Inputs<usize>, draft: &mut Draft) -> Lowered {
        let (name, value) = (node.name, node.value(0, draft));
        let axis = counted_axis(self.axis, value.shape.len())?;
        let extent = value.shape[axis];
        draft.allow(extent)?;
        let wide = draft.element_type(&value) == ElementType::F64;
        let value = if wide { draft.keys(name, &value)? } else { value };
        let greatest = reduce::over(name, ReduceKind::ArgMax, &[axis], &value, draft)?;
        let mut along = vec![1; value.shape.len()];
        along[axis] = extent;
        let places = draft.table(&along, &(0..extent as i64).collect::<Vec<_>>());
        let hit = draft.combine(name, BinaryKind::Equal, &greatest, &places, &node.shape)?;
        Ok(draft.cast(name, &hit, node.element_type))
    }
}
