//! Convolutions, pools and batch normalisations refuse tensors with too few axes.
//!
//! tract takes it for granted that these operators are given batch, channels and maybe more: on a tensor of fewer axes
//! its shape rules read outside the shape, in unchecked memory. So the number of axes is checked before they run.

use tract_onnx::tract_hir::internal::*;

/// What tract calls the operators whose rules read the axes of their first input unchecked, and how many axes each
/// of them needs.
const NEEDED: [(&str, usize); 4] = [("BatchNorm", 2), ("ConvHir", 3), ("ConvTranspose", 3), ("SumPool", 3)];

/// Guards every such operator of a model.
pub fn guard(model: &mut InferenceModel) {
    for node in model.nodes_mut() {
        if let Some((_, needed)) = NEEDED.iter().find(|(name, _)| *name == node.op.name()) {
            node.op = Box::new(Ranked { inner: node.op.clone(), needed: *needed });
        }
    }
}

/// An operator that is asked only about tensors with axes enough.
#[derive(Clone, Debug)]
struct Ranked {
    inner: Box<dyn InferenceOp>,
    needed: usize,
}

impl Ranked {
    fn check(&self, facts: &[&InferenceFact]) -> TractResult<()> {
        let Some(rank) = facts.first().and_then(|fact| fact.shape.rank().concretize()) else { return Ok(()) };
        let (name, needed) = (self.inner.name(), self.needed);
        ensure!(rank as usize >= needed, "{name} needs a tensor of {needed} or more axes, and is given one of {rank}");
        Ok(())
    }
}

impl PartialEq for Ranked {
    fn eq(&self, _: &Self) -> bool {
        false
    }
}

impl Eq for Ranked {}

impl Op for Ranked {
    fn name(&self) -> StaticName {
        self.inner.name()
    }

    not_a_typed_op!();
}

impl EvalOp for Ranked {
    not_out_of_plan!();
}

type Facts = TVec<InferenceFact>;

impl InferenceOp for Ranked {
    fn infer(
        &mut self,
        inputs: TVec<&InferenceFact>,
        outputs: TVec<&InferenceFact>,
        observed: TVec<&InferenceFact>,
    ) -> TractResult<(Facts, Facts, Facts)> {
        // Outputs have as many axes as inputs, and rules run in both directions.
        self.check(&inputs)?;
        self.check(&outputs)?;
        self.inner.infer(inputs, outputs, observed)
    }

    fn infer_facts(
        &mut self,
        inputs: TVec<&InferenceFact>,
        outputs: TVec<&InferenceFact>,
        observed: TVec<&InferenceFact>,
    ) -> TractResult<(Facts, Facts, Facts)> {
        self.check(&inputs)?;
        self.check(&outputs)?;
        self.inner.infer_facts(inputs, outputs, observed)
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
        self.inner.to_typed(source, node, target, mapping)
    }
}
