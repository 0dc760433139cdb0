//! Losses of classifiers: NegativeLogLikelihoodLoss and SoftmaxCrossEntropyLoss.

use super::{Input, Inputs, Native, Output};
use crate::draft::{Draft, Value, operand};
use crate::kernel::Kernel;
use crate::lower::reduce::grouped;
use crate::lower::{Lowered, Node, gather};
use maasm_plan::op::{self, BinaryKind, ReduceKind, Unary};
use maasm_plan::{ElementType, Op};
use std::sync::Arc;
use tract_onnx::pb::NodeProto;
use tract_onnx::tract_hir::internal::*;

#[derive(Debug)]
struct Loss {
    /// Whether the input is scores, of which the softmax has to be taken first.
    of_scores: bool,
    reduction: Reduction,
    /// The class that counts for nothing.
    ignored: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Reduction {
    None,
    Sum,
    Mean,
}

/// Reads the attributes of either loss.
///
/// # Errors
/// If one of them is not defined.
pub fn read(node: &NodeProto, _: i64) -> TractResult<Arc<dyn Native>> {
    let reduction = match &*node.get_attr_opt::<String>("reduction")?.unwrap_or_else(|| "mean".into()) {
        "none" => Reduction::None,
        "sum" => Reduction::Sum,
        "mean" => Reduction::Mean,
        other => bail!("reduction {other:?} is not defined"),
    };
    let of_scores = node.op_type == "SoftmaxCrossEntropyLoss";
    Ok(Arc::new(Loss { of_scores, reduction, ignored: node.get_attr_opt("ignore_index")? }))
}

impl Native for Loss {
    fn name(&self) -> &'static str {
        if self.of_scores { "SoftmaxCrossEntropyLoss" } else { "NegativeLogLikelihoodLoss" }
    }

    fn outputs(&self, inputs: &Inputs<Input>) -> Result<Option<Vec<Output>>, String> {
        let [Some(scores), Some(classes), weights @ ..] = &inputs[..] else {
            return Err("it needs two inputs".into());
        };
        let [_, count, ..] = scores.shape[..] else { return Err("its input has no axis of classes".into()) };
        let mut places = scores.shape.clone();
        places.remove(1);
        if places != classes.shape {
            return Err(format!("its classes are of shape {:?} instead of {places:?}", classes.shape));
        }
        if let Some(Some(weights)) =
            weights.first().filter(|weights| weights.as_ref().is_some_and(|w| w.shape != [count]))
        {
            return Err(format!("its weights are of shape {:?}, and there are {count} classes", weights.shape));
        }
        let loss = if self.reduction == Reduction::None { classes.shape.clone() } else { vec![] };
        Ok(Some(vec![(scores.datum_type, loss), (scores.datum_type, scores.shape.clone())]))
    }

    fn lower(&self, node: &Node, at: &Inputs<usize>, draft: &mut Draft) -> Lowered {
        let scores = node.value(0, draft);
        let likelihoods = if self.of_scores { log_softmax(node.name, &scores, draft) } else { scores };
        if node.slot == 1 {
            return Ok(likelihoods);
        }
        let classes = node.value(1, draft);
        let classes = draft.indices(node.name, &classes);
        let zero = draft.table(&[], &[0i64]);
        let zero = draft.cast(node.name, &zero, draft.element_type(&classes));
        let counted = match self.ignored {
            Some(ignored) => {
                let ignored = draft.table(&[], &[ignored]);
                Some(draft.combine(node.name, BinaryKind::NotEqual, &classes, &ignored, &classes.shape)?)
            }
            None => None,
        };
        // Where the class is not one of the model's, any one will do.
        let classes = match &counted {
            Some(counted) => draft.select(node.name, [counted, &classes, &zero], &classes.shape),
            None => classes,
        };
        let classes = draft.row_major(node.name, &classes);
        let picked = pick(node.name, &likelihoods, &classes, draft);
        let loss = draft.activate(node.name, &picked, Unary::Neg);
        let weights = match at.get(2).copied().flatten() {
            Some(place) => {
                let weights = node.value(place, draft);
                Some(gather::along(node.name, &weights, &classes, 0, draft))
            }
            None => None,
        };
        let weights = match (weights, &counted) {
            (weights, Some(counted)) => {
                let (one, none) = (draft.table(&[], &[1.0f32]), draft.table(&[], &[0.0f32]));
                let weights = weights.unwrap_or(one);
                Some(draft.select(node.name, [counted, &weights, &none], &classes.shape))
            }
            (weights, None) => weights,
        };
        let Some(weights) = weights else {
            return Ok(match self.reduction {
                Reduction::None => loss,
                Reduction::Sum => total(node.name, ReduceKind::Sum, &loss, draft),
                Reduction::Mean => total(node.name, ReduceKind::Mean, &loss, draft),
            });
        };
        let loss = draft.combine(node.name, BinaryKind::Mul, &loss, &weights, &classes.shape)?;
        if self.reduction == Reduction::None {
            return Ok(loss);
        }
        let loss = total(node.name, ReduceKind::Sum, &loss, draft);
        if self.reduction == Reduction::Sum {
            return Ok(loss);
        }
        let weight = total(node.name, ReduceKind::Sum, &weights, draft);
        draft.combine(node.name, BinaryKind::Div, &loss, &weight, &[])
    }
}

fn log_softmax(name: &str, scores: &Value, draft: &mut Draft) -> Value {
    let (scores, [outer, extent, inner]) = grouped(scores, &[1], name, draft);
    let output = draft.like(&scores, scores.shape.clone(), scores.order.clone());
    draft.push_unary(name, Op::Softmax(op::Softmax { outer, extent, inner, log: true }), &scores, &output);
    output
}

/// The likelihood of the one class at each place. Classes are row-major.
fn pick(name: &str, likelihoods: &Value, classes: &Value, draft: &mut Draft) -> Value {
    let mut shape = classes.shape.clone();
    shape.insert(1, 1);
    let indices = Value { buffer: classes.buffer, order: (0..shape.len()).collect(), shape };
    let output = draft.row_major_like(likelihoods, classes.shape.clone());
    let places = gather::by_element(likelihoods, &indices, 1);
    let kernel = Kernel::Plain(Op::Gather(op::Gather { places }));
    draft.push(name, kernel, vec![operand(likelihoods), operand(&indices)], operand(&output));
    output
}

/// Everything as one number.
fn total(name: &str, kind: ReduceKind, value: &Value, draft: &mut Draft) -> Value {
    let extent = value.shape.iter().product::<usize>() as u32;
    let output = draft.typed(ElementType::F32, vec![], vec![]);
    draft.push_unary(name, Op::Reduce(op::Reduce { kind, outer: 1, extent, inner: 1 }), value, &output);
    output
}
