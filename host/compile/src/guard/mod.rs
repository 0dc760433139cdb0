//! Operators are asked only what they can answer, and for no more than a model may take.
//!
//! tract takes it for granted that a convolution is given batch, channels and maybe more: on a tensor of fewer axes its
//! shape rules read outside the shape, in unchecked memory. And it computes whatever constants come to, however few bytes
//! ask for it. So every operator of a graph is wrapped, and asked after its inputs and the size of what comes out have
//! been looked at.
//!
//! # Layout
//! - `demands`: what operators take for granted of their inputs

mod demands;

use super::allowance::{self, Allowance};
use super::{activation, contain, native, shown};
use demands::Demands;
use maasm_graph::index;
use std::sync::LazyLock;
use tract_onnx::Onnx;
use tract_onnx::model::{OnnxOpRegister, ParsingContext};
use tract_onnx::ops::logic::If;
use tract_onnx::pb::NodeProto;
use tract_onnx::tract_core::optim::CONST_FOLD_MEM_BUDGET;
use tract_onnx::tract_hir::internal::*;

/// Operators that tract takes apart in ways for which there is no lowering: it would be asked in vain.
pub const WITHOUT_LOWERING: [&str; 6] = ["DFT", "GRU", "LSTM", "RNN", "STFT", "Scan"];

/// Every operator that is known, not guarded.
static OPERATORS: LazyLock<OnnxOpRegister> = LazyLock::new(|| {
    let mut onnx = tract_onnx::onnx();
    activation::register(&mut onnx);
    native::register(&mut onnx);
    onnx.op_register.0.retain(|operator, _| !WITHOUT_LOWERING.contains(&operator.as_str()));
    onnx.op_register
});

/// A front end that guards every operator, also of the graphs inside nodes.
pub fn onnx() -> Onnx {
    let mut onnx = tract_onnx::onnx();
    onnx.op_register.0 = OPERATORS.0.keys().map(|operator| (operator.clone(), build as _)).collect();
    onnx
}

fn build(context: &ParsingContext, node: &NodeProto) -> TractResult<(Box<dyn InferenceOp>, Vec<String>)> {
    let (inner, closures) = OPERATORS.0[&node.op_type](context, node)?;
    let demands = Demands::of(node, &inner.name())?;
    let label = format!("{} ({})", shown(&node.op_type), shown(index::name(node)));
    let allowance = Allowance::default();
    Ok((Box::new(Guarded { inner, label, demands, allowance, taken: 0, computable: false }), closures))
}

/// Lets all operators of a model and of the graphs inside it take from one allowance.
pub fn share(model: &mut InferenceModel, allowance: &Allowance) {
    for node in model.nodes_mut() {
        let Some(guarded) = node.op_as_mut::<Guarded>() else { continue };
        guarded.allowance = allowance.clone();
        if let Some(branches) = guarded.inner.as_op_mut().downcast_mut::<If>() {
            share(&mut branches.then_body, allowance);
            share(&mut branches.else_body, allowance);
        }
    }
}

/// A node asks for more than a model may take.
#[derive(Debug, thiserror::Error)]
#[error("the model is too large: {0}")]
pub struct TooLarge(String);

/// An operator that is guarded.
#[derive(Clone, Debug)]
struct Guarded {
    inner: Box<dyn InferenceOp>,
    /// How messages call the node.
    label: String,
    demands: Demands,
    allowance: Allowance,
    /// Bytes that were taken from the allowance for its outputs.
    taken: u64,
    /// Whether its outputs may be computed from the inputs that it was last asked about.
    computable: bool,
}

impl Guarded {
    /// The bytes of all outputs, if their shapes are known.
    fn size<'a>(&self, outputs: impl Iterator<Item = &'a InferenceFact>) -> TractResult<Option<u64>> {
        let mut sum = Some(0u64);
        for fact in outputs {
            let shape = fact.shape.concretize();
            // Extents that do not broadcast, and negative ones, would go on as expressions that grow and grow.
            let absurd = |dim: &&TDim| dim.to_usize().is_err() && dim.symbols().is_empty();
            if let Some(dim) = shape.iter().flatten().find(absurd) {
                bail!("{}: its shapes do not go together, an axis would have {dim} elements", self.inner.name());
            }
            let shape = shape.and_then(|dims| dims.iter().map(|dim| dim.to_usize().ok()).collect::<Option<Vec<_>>>());
            let bytes = match (shape, fact.datum_type.concretize()) {
                (Some(shape), Some(datum_type)) => {
                    let bytes = allowance::bytes(&shape, datum_type);
                    Some(bytes.map_err(|why| TooLarge(format!("{} {why}", self.label)))?)
                }
                _ => None,
            };
            sum = sum.zip(bytes).map(|(sum, bytes)| sum.saturating_add(bytes));
        }
        Ok(sum)
    }

    /// Takes what is still missing for outputs of so many bytes.
    fn take(&self, bytes: u64) -> TractResult<()> {
        let taken = self.allowance.take(bytes.saturating_sub(self.taken));
        Ok(taken.map_err(|why| TooLarge(format!("{}: {why}", self.label)))?)
    }
}

impl PartialEq for Guarded {
    fn eq(&self, _: &Self) -> bool {
        false
    }
}

impl Eq for Guarded {}

impl Op for Guarded {
    fn name(&self) -> StaticName {
        self.inner.name()
    }

    not_a_typed_op!();
}

impl EvalOp for Guarded {
    fn eval_out_of_plan(&self, inputs: TVec<TValue>) -> TractResult<Option<TVec<TValue>>> {
        if !self.computable {
            return Ok(None);
        }
        // What tract cannot compute of constants is left to the lowering.
        Ok(contain::contain(|| self.inner.eval_out_of_plan(inputs)).ok().and_then(Result::ok).flatten())
    }

    fn eval(&self, context: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        self.inner.eval(context, inputs)
    }

    fn state(&self, context: &EvalContext) -> TractResult<Option<Box<dyn OpState>>> {
        self.inner.state(context)
    }
}

type Facts = TVec<InferenceFact>;

impl InferenceOp for Guarded {
    fn infer_facts(
        &mut self,
        inputs: TVec<&InferenceFact>,
        outputs: TVec<&InferenceFact>,
        observed: TVec<&InferenceFact>,
    ) -> TractResult<(Facts, Facts, Facts)> {
        self.demands.check(&inputs, &outputs)?;
        if self.demands.makes {
            // Of whatever type the elements are, these are the widest.
            let widest =
                inputs.first().map(|fact| InferenceFact { datum_type: f64::datum_type().into(), ..(*fact).clone() });
            let size = self.size(widest.iter())?.unwrap_or(0);
            self.take(size)?;
            self.taken = self.taken.max(size);
        }
        let (inputs, outputs, observed) = self.inner.infer_facts(inputs, outputs, observed)?;
        let given: Option<Vec<_>> = inputs.iter().map(|fact| fact.value.concretize()).collect();
        let size = self.size(outputs.iter())?;
        self.computable = false;
        if let (Some(given), Some(size)) = (given, size) {
            let given =
                given.iter().map(|tensor| (tensor.volume() * tensor.datum_type().size_of()) as u64).sum::<u64>();
            // tract computes the others, too, and then throws them away.
            self.computable = size <= given.max(CONST_FOLD_MEM_BUDGET);
            if self.computable {
                self.take(size)?;
                self.taken = self.taken.max(size);
            }
        }
        Ok((inputs, outputs, observed))
    }

    fn observe_outlets(&self, model: &InferenceModel, node: &InferenceNode) -> TractResult<Vec<OutletId>> {
        self.inner.observe_outlets(model, node)
    }

    fn incorporate(&self, model: &InferenceModel, node: &InferenceNode) -> TractResult<Option<InferenceModelPatch>> {
        self.inner.incorporate(model, node)
    }

    fn nboutputs(&self) -> TractResult<usize> {
        self.inner.nboutputs()
    }

    /// What is looked at is the operator itself.
    fn as_op(&self) -> &dyn Op {
        self.inner.as_op()
    }

    /// What is changed is the guard.
    fn as_op_mut(&mut self) -> &mut dyn Op {
        self
    }

    fn to_typed(
        &self,
        source: &InferenceModel,
        node: &InferenceNode,
        target: &mut TypedModel,
        mapping: &HashMap<OutletId, OutletId>,
    ) -> TractResult<TVec<OutletId>> {
        let size = self.size(node.outputs.iter().map(|output| &output.fact))?;
        let inputs: Option<Vec<OutletId>> = node.inputs.iter().map(|outlet| mapping.get(outlet).copied()).collect();
        let inputs = inputs.context("it reads an output that its maker does not have")?;
        // What reads constants alone is computed now or later.
        if allowance::are_constant(target, inputs.into_iter()) {
            self.take(size.unwrap_or(0))?;
        }
        self.inner.to_typed(source, node, target, mapping)
    }
}
