//! LpPool, and MaxPool with the places of the largest.

use super::attributes::Attributes;
use super::{Input, Inputs, Native, Output};
use crate::draft::{Draft, channels_last};
use crate::lower::window::{Slide, as_image};
use crate::lower::{Lowered, Node, pool};
use maasm_plan::ElementType;
use maasm_plan::op::{BinaryKind, PoolKind, Unary};
use std::sync::Arc;
use tract_onnx::pb::NodeProto;
use tract_onnx::tract_hir::internal::*;

#[derive(Debug)]
struct WindowPool {
    attributes: Attributes,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Norm { p: i64 },
    Max { column_major: bool },
}

/// Reads the attributes of either.
///
/// # Errors
/// If one of them is missing or not defined.
pub fn read(node: &NodeProto, _: i64) -> TractResult<Arc<dyn Native>> {
    let attributes = Attributes::read(node)?;
    ensure!(attributes.window.is_some(), "{} has no kernel_shape", node.op_type);
    let kind = if node.op_type == "LpPool" {
        Kind::Norm { p: node.get_attr_opt("p")?.unwrap_or(2) }
    } else {
        Kind::Max { column_major: node.get_attr_opt::<i64>("storage_order")?.unwrap_or(0) == 1 }
    };
    Ok(Arc::new(WindowPool { attributes, kind }))
}

impl WindowPool {
    fn slides(&self, shape: &[usize]) -> Result<Vec<Slide>, String> {
        self.attributes.slides(shape, self.attributes.window.as_deref().unwrap_or_default())
    }
}

impl Native for WindowPool {
    fn name(&self) -> &'static str {
        match self.kind {
            Kind::Norm { .. } => "LpPool",
            Kind::Max { .. } => "MaxPool",
        }
    }

    fn reads_pictures(&self) -> bool {
        true
    }

    fn outputs(&self, inputs: &Inputs<Input>) -> Result<Option<Vec<Output>>, String> {
        let input = inputs.first().cloned().flatten().ok_or("it has no input")?;
        let slides = self.slides(&input.shape)?;
        let shape: Vec<usize> = input.shape[..2].iter().copied().chain(slides.iter().map(|slide| slide.out)).collect();
        Ok(Some(vec![(input.datum_type, shape.clone()), (DatumType::I64, shape)]))
    }

    fn lower(&self, node: &Node, _: &Inputs<usize>, draft: &mut Draft) -> Lowered {
        let name = node.name;
        let input = node.value(0, draft);
        let slides = self.slides(&input.shape)?;
        let value = draft.cast(name, &input, ElementType::F32);
        match self.kind {
            Kind::Max { column_major } if node.slot == 1 => {
                if slides.len() == 3 {
                    return Err("the places of the largest along three spatial axes are not supported".into());
                }
                let value = as_image(name, &value, draft);
                let output = draft.typed(ElementType::I64, node.shape.clone(), channels_last(node.shape.len()));
                let kind = if column_major { PoolKind::ArgMaxColumnMajor } else { PoolKind::ArgMax };
                pool::push(name, kind, &value, &slides, &output, draft);
                Ok(output)
            }
            Kind::Max { .. } => {
                let output = pool::slide(name, PoolKind::Max, &value, slides, draft);
                Ok(draft.cast(name, &output, node.element_type))
            }
            Kind::Norm { p } => {
                let powers = match p {
                    1 => draft.activate(name, &value, Unary::Abs),
                    2 => draft.activate(name, &value, Unary::Square),
                    p => {
                        let absolute = draft.activate(name, &value, Unary::Abs);
                        let p = draft.table(&[], &[p as f32]);
                        draft.combine(name, BinaryKind::Pow, &absolute, &p, &absolute.shape)?
                    }
                };
                let sums = pool::slide(name, PoolKind::Sum, &powers, slides, draft);
                match p {
                    1 => Ok(sums),
                    2 => Ok(draft.activate(name, &sums, Unary::Sqrt)),
                    p => {
                        let root = draft.table(&[], &[1.0 / p as f32]);
                        draft.combine(name, BinaryKind::Pow, &sums, &root, &sums.shape)
                    }
                }
            }
        }
    }
}
