//! Operators are asked only what they can answer: about tensors with axes enough, and for no more than a model may take.
//!
//! tract takes it for granted that a convolution is given batch, channels and maybe more: on a tensor of fewer axes its
//! shape rules read outside the shape, in unchecked memory. And it computes whatever constants come to, however few bytes
//! ask for it. So every operator of a graph is wrapped, and asked after the number of axes and the size of what comes
//! out have been looked at.

use super::allowance::{self, Allowance};
use tract_onnx::ops::logic::If;
use tract_onnx::tract_core::ops::konst::Const;
use tract_onnx::tract_core::optim::CONST_FOLD_MEM_BUDGET;
use tract_onnx::tract_hir::internal::*;
use tract_onnx::tract_hir::ops::scan::InferenceScan;
use tract_onnx::tract_hir::ops::source::Source;

/// What tract calls the operators whose rules read the axes of their first input unchecked, and how many axes each
/// of them needs.
const NEEDED: [(&str, usize); 4] = [("BatchNorm", 2), ("ConvHir", 3), ("ConvTranspose", 3), ("SumPool", 3)];

/// Guards every operator of a model and of the graphs inside it, which all take from one allowance.
pub fn guard(model: &mut InferenceModel, allowance: &Allowance) {
    for node in model.nodes_mut() {
        if let Some(branches) = node.op_as_mut::<If>() {
            guard(&mut branches.then_body, allowance);
            guard(&mut branches.else_body, allowance);
        } else if let Some(scan) = node.op_as_mut::<InferenceScan>() {
            guard(&mut scan.body, allowance);
        }
        if !node.op_is::<Source>() && !node.op_is::<Const>() {
            let needed = NEEDED.iter().find(|(name, _)| *name == node.op.name()).map_or(0, |(_, needed)| *needed);
            let (inner, allowance) = (node.op.clone(), allowance.clone());
            node.op = Box::new(Guarded { inner, needed, allowance, taken: 0, computable: false });
        }
    }
}

/// An operator that is guarded.
#[derive(Clone, Debug)]
struct Guarded {
    inner: Box<dyn InferenceOp>,
    /// How many axes its first input and its outputs have at least.
    needed: usize,
    allowance: Allowance,
    /// Bytes that were taken from the allowance for its outputs.
    taken: u64,
    /// Whether its outputs may be computed from the inputs that it was last asked about.
    computable: bool,
}

impl Guarded {
    fn check_axes(&self, facts: &[&InferenceFact]) -> TractResult<()> {
        let Some(rank) = facts.first().and_then(|fact| fact.shape.rank().concretize()) else { return Ok(()) };
        let (name, needed) = (self.inner.name(), self.needed);
        ensure!(rank as usize >= needed, "{name} needs a tensor of {needed} or more axes, and is given one of {rank}");
        Ok(())
    }

    /// The bytes of all outputs, if their shapes are known.
    fn size<'a>(&self, outputs: impl Iterator<Item = &'a InferenceFact>) -> TractResult<Option<u64>> {
        let mut sum = Some(0u64);
        for fact in outputs {
            let shape = fact.shape.concretize();
            let shape = shape.and_then(|dims| dims.iter().map(|dim| dim.to_usize().ok()).collect::<Option<Vec<_>>>());
            let bytes = match (shape, fact.datum_type.concretize()) {
                (Some(shape), Some(datum_type)) => {
                    let bytes = allowance::bytes(&shape, datum_type);
                    Some(bytes.map_err(|why| format_err!("{} {why}", self.inner.name()))?)
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
        taken.map_err(|why| format_err!("{}: {why}", self.inner.name()))
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
        if self.computable { self.inner.eval_out_of_plan(inputs) } else { Ok(None) }
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
        self.check_axes(&inputs)?;
        self.check_axes(&outputs)?;
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

    fn as_op(&self) -> &dyn Op {
        self.inner.as_op()
    }

    fn as_op_mut(&mut self) -> &mut dyn Op {
        self.inner.as_op_mut()
    }

    fn to_typed(
        &self,
        source: &InferenceModel,
        node: &InferenceNode,
        target: &mut TypedModel,
        mapping: &HashMap<OutletId, OutletId>,
    ) -> TractResult<TVec<OutletId>> {
        let size = self.size(node.outputs.iter().map(|output| &output.fact))?;
        // What reads constants alone is computed now or later.
        if allowance::are_constant(target, node.inputs.iter().map(|outlet| mapping[outlet])) {
            self.take(size.unwrap_or(0))?;
        }
        self.inner.to_typed(source, node, target, mapping)
    }
}
