//! ONNX's activation operators, kept whole: tract would spell most of them out in several steps.

use super::prelu::Prelu;
use maasm_plan::op::Unary;
use tract_onnx::Onnx;
use tract_onnx::model::ParsingContext;
use tract_onnx::pb::NodeProto;
use tract_onnx::tract_core::ops::element_wise::{ElementWiseMiniOp, ElementWiseOp};
use tract_onnx::tract_hir::internal::*;

/// A function of the plan as an element-wise operator of tract.
#[derive(Clone, Debug, PartialEq)]
pub struct Activation(pub Unary);

impl Eq for Activation {}

impl ElementWiseMiniOp for Activation {
    fn name(&self) -> String {
        format!("{:?}", self.0)
    }

    fn eval_in_place(&self, tensor: &mut Tensor, _: Option<DatumType>) -> TractResult<()> {
        let mut plain = tensor.try_as_plain_ram_mut()?;
        maasm_runtime::apply(self.0, plain.as_slice_mut::<f32>()?);
        Ok(())
    }
}

type Built = TractResult<(Box<dyn InferenceOp>, Vec<String>)>;

fn built(unary: Unary) -> Built {
    Ok((ElementWiseOp(Box::new(Activation(unary)), None).into_hir(), vec![]))
}

fn float(node: &NodeProto, name: &str, default: f32) -> TractResult<f32> {
    Ok(node.get_attr_opt(name)?.unwrap_or(default))
}

/// Teaches the front end to keep these operators whole. Defaults are ONNX's.
pub fn register(onnx: &mut Onnx) {
    let ops = &mut onnx.op_register;
    ops.insert("Relu", |_: &ParsingContext, _: &NodeProto| built(Unary::RELU));
    ops.insert("PRelu", |_, _| Ok((expand(Prelu), vec![])));
    ops.insert("LeakyRelu", |_, node| built(Unary::LeakyRelu { alpha: float(node, "alpha", 0.01)? }));
    ops.insert("Elu", |_, node| built(Unary::Elu { alpha: float(node, "alpha", 1.0)? }));
    ops.insert("Selu", |_, node| {
        let alpha = float(node, "alpha", 1.673_263_2)?;
        built(Unary::Selu { alpha, gamma: float(node, "gamma", 1.050_701)? })
    });
    ops.insert("HardSigmoid", |_, node| {
        built(Unary::HardSigmoid { alpha: float(node, "alpha", 0.2)?, beta: float(node, "beta", 0.5)? })
    });
    ops.insert("HardSwish", |_, _| built(Unary::HardSwish));
    ops.insert("Sigmoid", |_, _| built(Unary::Sigmoid));
    ops.insert("Tanh", |_, _| built(Unary::Tanh));
    ops.insert("Softplus", |_, _| built(Unary::Softplus));
    ops.insert("Mish", |_, _| built(Unary::Mish));
    ops.insert("Gelu", |_, node| {
        let approximate = node.get_attr_opt::<String>("approximate")?.unwrap_or_default();
        built(if approximate == "tanh" { Unary::GeluTanh } else { Unary::Gelu })
    });
}
