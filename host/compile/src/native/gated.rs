//! Activations that take a parameter or a second tensor: Swish, SwiGLU and Celu.

use super::{Input, Inputs, Native, Output};
use crate::draft::{Draft, Value};
use crate::lower::{Lowered, Node, einsum};
use maasm_plan::op::{BinaryKind, Unary};
use std::sync::Arc;
use tract_onnx::pb::NodeProto;
use tract_onnx::tract_hir::internal::*;

#[derive(Debug)]
struct Gated {
    function: Function,
    alpha: f32,
}

#[derive(Clone, Copy, Debug)]
enum Function {
    Swish,
    SwiGlu,
    Celu,
}

/// Reads the attributes of any of them.
///
/// # Errors
/// If an attribute has the wrong type.
pub fn read(node: &NodeProto, _: i64) -> TractResult<Arc<dyn Native>> {
    let function = match node.op_type.as_str() {
        "SwiGLU" => Function::SwiGlu,
        "Celu" => Function::Celu,
        _ => Function::Swish,
    };
    Ok(Arc::new(Gated { function, alpha: node.get_attr_opt("alpha")?.unwrap_or(1.0) }))
}

impl Gated {
    /// `x · sigmoid(alpha · x)`.
    fn swish(&self, name: &str, x: &Value, draft: &mut Draft) -> Lowered {
        if self.alpha == 1.0 {
            return Ok(draft.activate(name, x, Unary::Silu));
        }
        let alpha = draft.table(&[], &[self.alpha]);
        let scaled = draft.combine(name, BinaryKind::Mul, x, &alpha, &x.shape)?;
        let gate = draft.activate(name, &scaled, Unary::Sigmoid);
        draft.combine(name, BinaryKind::Mul, x, &gate, &x.shape)
    }

    /// `x` where positive, else `alpha · (exp(x / alpha) − 1)`: an Elu of what is divided before and multiplied after.
    fn celu(&self, name: &str, x: &Value, draft: &mut Draft) -> Lowered {
        if self.alpha == 1.0 {
            return Ok(draft.activate(name, x, Unary::Elu { alpha: 1.0 }));
        }
        let alpha = draft.table(&[], &[self.alpha]);
        let scaled = draft.combine(name, BinaryKind::Div, x, &alpha, &x.shape)?;
        let bent = draft.activate(name, &scaled, Unary::Elu { alpha: 1.0 });
        draft.combine(name, BinaryKind::Mul, &bent, &alpha, &x.shape)
    }
}

impl Native for Gated {
    fn name(&self) -> &'static str {
        match self.function {
            Function::Swish => "Swish",
            Function::SwiGlu => "SwiGLU",
            Function::Celu => "Celu",
        }
    }

    fn outputs(&self, inputs: &Inputs<Input>) -> Result<Option<Vec<Output>>, String> {
        let input = inputs.first().cloned().flatten().ok_or("it has no input")?;
        let shape = match (&self.function, &inputs[..]) {
            (Function::SwiGlu, [_, Some(other)]) => einsum::broadcast(&[&input.shape, &other.shape])?,
            (Function::SwiGlu, _) => return Err("it needs two inputs".into()),
            _ => input.shape,
        };
        Ok(Some(vec![(input.datum_type, shape)]))
    }

    fn lower(&self, node: &Node, _: &Inputs<usize>, draft: &mut Draft) -> Lowered {
        let x = node.value(0, draft);
        match self.function {
            Function::Swish => self.swish(node.name, &x, draft),
            Function::Celu => self.celu(node.name, &x, draft),
            Function::SwiGlu => {
                let gate = self.swish(node.name, &x, draft)?;
                let other = node.value(1, draft);
                draft.combine(node.name, BinaryKind::Mul, &gate, &other, &node.shape)
            }
        }
    }
}
