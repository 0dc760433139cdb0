//! Steps over two or three tensors with broadcasting, for lowerings to put together.

use super::Lowered;
use crate::draft::{Draft, Value, operand};
use crate::kernel::Kernel;
use maasm_plan::op::{Binary, BinaryKind, Select};
use maasm_plan::{ElementType, Op};

impl Draft {
    /// `a ∘ b` of the given shape, in a step of its own. Both are cast to the type of `a` first.
    ///
    /// # Errors
    /// If that is not defined for elements of that type.
    pub fn combine(&mut self, name: &str, kind: BinaryKind, a: &Value, b: &Value, shape: &[usize]) -> Lowered {
        let taken = self.element_type(a);
        let b = &self.cast(name, b, taken);
        if taken == ElementType::F64 {
            return self.compare_wide(name, kind, a, b, shape);
        }
        if !kind.takes(taken) {
            return Err(format!("{kind:?} of {taken:?} elements is not supported"));
        }
        let made = if kind.compares() { ElementType::Bool } else { taken };
        let order = self.common_order(&[a, b], shape);
        let output = self.typed(made, shape.to_vec(), order);
        let (shape, [a_strides, b_strides]) = places([a, b], &output);
        let binary = Binary { kind, shape, a_strides, b_strides, activation: None };
        self.push(name, Kernel::Plain(Op::Binary(binary)), vec![operand(a), operand(b)], operand(&output));
        Ok(output)
    }

    /// `condition ? a : b` of the given shape. The choices have one type.
    pub fn select(&mut self, name: &str, inputs: [&Value; 3], shape: &[usize]) -> Value {
        let order = self.common_order(&inputs, shape);
        let output = self.like(inputs[1], shape.to_vec(), order);
        let (shape, strides) = places(inputs, &output);
        let inputs = inputs.map(operand).to_vec();
        self.push(name, Kernel::Plain(Op::Select(Select { shape, strides })), inputs, operand(&output));
        output
    }

    /// The order of an operand that is neither constant nor broadcast, so that most is read as it lies.
    fn common_order(&self, values: &[&Value], shape: &[usize]) -> Vec<usize> {
        let whole = |v: &&&Value| v.shape == shape;
        let computed = |v: &&&Value| whole(v) && self.buffers[v.buffer].constant.is_none();
        let found = values.iter().find(computed).or_else(|| values.iter().find(whole));
        found.map_or_else(|| (0..shape.len()).collect(), |v| v.order.clone())
    }
}

/// The places of the output in its order, and each operand's strides along them.
fn places<const N: usize>(inputs: [&Value; N], output: &Value) -> (Vec<u32>, [Vec<u32>; N]) {
    let strides = inputs.map(|value| broadcast_strides(value, output.shape.len()));
    let mut shape: Vec<usize> = Vec::new();
    let mut along: [Vec<usize>; N] = std::array::from_fn(|_| Vec::new());
    for &axis in &output.order {
        let extent = output.shape[axis];
        let merges = |extent_outer: Option<&usize>| {
            extent_outer.is_some()
                && along.iter().zip(&strides).all(|(along, strides)| along.last() == Some(&(strides[axis] * extent)))
        };
        if extent == 1 {
            continue;
        }
        if merges(shape.last()) {
            *shape.last_mut().expect("there is one to merge with") *= extent;
            for (along, strides) in along.iter_mut().zip(&strides) {
                *along.last_mut().expect("there is one to merge with") = strides[axis];
            }
        } else {
            shape.push(extent);
            along.iter_mut().zip(&strides).for_each(|(along, strides)| along.push(strides[axis]));
        }
    }
    let narrow = |values: Vec<usize>| values.into_iter().map(|value| value as u32).collect::<Vec<u32>>();
    (narrow(shape), along.map(narrow))
}

/// Strides by axis of a shape of `rank` axes, whose last ones are the value's: 0 where the value is repeated.
pub fn broadcast_strides(value: &Value, rank: usize) -> Vec<usize> {
    let own = value.strides();
    let kept = own.iter().zip(&value.shape).map(|(&stride, &extent)| if extent == 1 { 0 } else { stride });
    let missing = rank.saturating_sub(own.len());
    std::iter::repeat_n(0, missing).chain(kept).collect()
}
