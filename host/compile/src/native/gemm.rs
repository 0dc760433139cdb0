//! Gemm: a product of matrices, either of which may be transposed, times a factor, and a sum with another tensor.

use super::{Input, Inputs, Native, Output};
use crate::draft::{Draft, Value};
use crate::lower::einsum::{self, Letter};
use crate::lower::{Lowered, Node, Wire, axes, binary};
use maasm_plan::op::BinaryKind;
use std::sync::Arc;
use tract_onnx::pb::NodeProto;
use tract_onnx::tract_hir::internal::*;

#[derive(Debug)]
struct Gemm {
    alpha: f32,
    beta: f32,
    /// Whether each matrix is transposed.
    turned: [bool; 2],
}

/// Reads its attributes.
///
/// # Errors
/// If one has the wrong type.
pub fn read(node: &NodeProto, _: i64) -> TractResult<Arc<dyn Native>> {
    let turned = |name: &str| -> TractResult<bool> { Ok(node.get_attr_opt::<i64>(name)?.unwrap_or(0) != 0) };
    Ok(Arc::new(Gemm {
        alpha: node.get_attr_opt("alpha")?.unwrap_or(1.0),
        beta: node.get_attr_opt("beta")?.unwrap_or(1.0),
        turned: [turned("transA")?, turned("transB")?],
    }))
}

impl Gemm {
    /// The axes of both matrices that stay, and those that are summed over.
    fn axes(&self) -> ([usize; 2], [usize; 2]) {
        let [a, b] = self.turned.map(usize::from);
        ([a, 1 - b], [1 - a, b])
    }

    /// The product, or whatever it was multiplied by.
    fn times(kind: BinaryKind, value: &Value, other: Wire, node: &Node, draft: &mut Draft) -> Lowered {
        let inputs = vec![Wire::Value(value.clone()), other];
        let shape = node.shape.clone();
        let both = Node { name: node.name, inputs, slot: 0, shape, element_type: node.element_type };
        binary::of_two(kind, [0, 1], &both, draft)
    }
}

impl Native for Gemm {
    fn name(&self) -> &'static str {
        "Gemm"
    }

    fn outputs(&self, inputs: &Inputs<Input>) -> Result<Option<Vec<Output>>, String> {
        let [Some(a), Some(b), ..] = &inputs[..] else { return Err("it needs two inputs".into()) };
        let (kept, summed) = self.axes();
        let fits = a.shape.len() == 2 && b.shape.len() == 2 && a.shape[summed[0]] == b.shape[summed[1]];
        if !fits {
            return Err(format!("matrices {:?} and {:?} do not go together", a.shape, b.shape));
        }
        let shape = vec![a.shape[kept[0]], b.shape[kept[1]]];
        if let Some(Some(c)) = inputs.get(2)
            && einsum::broadcast(&[&shape, &c.shape]).as_ref() != Ok(&shape)
        {
            return Err(format!("a tensor of shape {:?} cannot be added to one of {shape:?}", c.shape));
        }
        Ok(Some(vec![(a.datum_type, shape)]))
    }

    fn lower(&self, node: &Node, at: &Inputs<usize>, draft: &mut Draft) -> Lowered {
        let (kept, summed) = self.axes();
        let only = |slot: usize, axis: usize| if slot == 0 { [vec![axis], vec![]] } else { [vec![], vec![axis]] };
        let letters = [
            Letter::new(&only(0, kept[0]), Some(0)),
            Letter::new(&only(1, kept[1]), Some(1)),
            Letter::new(&summed.map(|axis| vec![axis]), None),
        ];
        let factors = Node {
            name: node.name,
            inputs: node.inputs[..2].to_vec(),
            slot: 0,
            shape: node.shape.clone(),
            element_type: node.element_type,
        };
        let mut output = einsum::lower_letters(&letters, &factors, draft)?;
        if self.alpha != 1.0 {
            let alpha = draft.table(&[1, 1], &[self.alpha]);
            output = Self::times(BinaryKind::Mul, &output, wire(&alpha, draft), node, draft)?;
        }
        let Some(place) = at.get(2).copied().flatten().filter(|_| self.beta != 0.0) else { return Ok(output) };
        let mut c = node.value(place, draft);
        while c.shape.len() < 2 {
            c = axes::add(&c, 0);
        }
        if self.beta != 1.0 {
            let beta = draft.table(&[], &[self.beta]);
            c = draft.combine(node.name, BinaryKind::Mul, &c, &beta, &c.shape)?;
        }
        Self::times(BinaryKind::Add, &output, wire(&c, draft), node, draft)
    }
}

/// A value as the input of a node.
fn wire(value: &Value, draft: &Draft) -> Wire {
    draft.known(value).map_or_else(|| Wire::Value(value.clone()), Wire::Constant)
}
