//! Writing at computed places.

use super::gather::{by_element, by_tuple};
use super::{Lowered, Node};
use crate::draft::{Draft, Value, operand};
use crate::kernel::Kernel;
use maasm_plan::op::{Combine, Places, Scatter};
use maasm_plan::{ElementType, Op};
use tract_onnx::tract_core::ops::array::{ScatterElements, ScatterNd, ScatterReduction};

pub fn lower_elements(op: &ScatterElements, node: Node, draft: &mut Draft) -> Lowered {
    let whole = |value: &Value, indices: &Value| Ok(by_element(value, indices, op.axis));
    lower(combine(&op.reduction), whole, node, draft)
}

pub fn lower_nd(op: &ScatterNd, node: Node, draft: &mut Draft) -> Lowered {
    lower(combine(&op.reduction), |value, indices| by_tuple(value, indices, 0), node, draft)
}

fn combine(reduction: &ScatterReduction) -> Combine {
    match reduction {
        ScatterReduction::None => Combine::Replace,
        ScatterReduction::Add => Combine::Add,
        ScatterReduction::Mul => Combine::Mul,
        ScatterReduction::Min => Combine::Min,
        ScatterReduction::Max => Combine::Max,
    }
}

fn lower(
    combine: Combine,
    places: impl Fn(&Value, &Value) -> Result<Places, String>,
    node: Node,
    draft: &mut Draft,
) -> Lowered {
    let value = node.value(0, draft);
    let value = draft.row_major(node.name, &value);
    let indices = node.value(1, draft);
    let indices = draft.indices(node.name, &indices);
    let updates = node.value(2, draft);
    let updates = draft.cast(node.name, &updates, draft.element_type(&value));
    let updates = draft.row_major(node.name, &updates);
    if updates.shape.contains(&0) {
        return Ok(value);
    }
    let places = places(&value, &indices)?;
    if draft.element_type(&value) == ElementType::F64 && combine != Combine::Replace {
        let [keys, updates] = [draft.keys(node.name, &value)?, draft.keys(node.name, &updates)?];
        let output = write(&node, combine, places, [&keys, &indices, &updates], draft);
        return draft.of_keys(node.name, &output);
    }
    Ok(write(&node, combine, places, [&value, &indices, &updates], draft))
}

fn write(
    node: &Node,
    combine: Combine,
    places: Places,
    [value, indices, updates]: [&Value; 3],
    draft: &mut Draft,
) -> Value {
    let output = draft.row_major_like(value, node.shape.clone());
    let inputs = vec![operand(value), operand(indices), operand(updates)];
    draft.push(node.name, Kernel::Plain(Op::Scatter(Scatter { places, combine })), inputs, operand(&output));
    output
}
