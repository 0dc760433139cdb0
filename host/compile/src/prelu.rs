//! ONNX's PRelu, kept whole: tract would spell it out with a comparison and a selection.

use tract_onnx::tract_core::ops::binary::{BinMiniOp, TypedBinOp};
use tract_onnx::tract_core::ops::cast::wire_cast;
use tract_onnx::tract_hir::internal::*;
use tract_onnx::tract_hir::ops::logic::wire_with_rank_broadcast;

/// PRelu as an operator of the inference graph.
#[derive(Clone, Debug)]
pub struct Prelu;

impl Expansion for Prelu {
    fn name(&self) -> StaticName {
        "PRelu".into()
    }

    fn rules<'r, 'p: 'r, 's: 'r>(
        &'s self,
        solver: &mut Solver<'r>,
        inputs: &'p [TensorProxy],
        outputs: &'p [TensorProxy],
    ) -> InferenceResult {
        check_input_arity(inputs, 2)?;
        check_output_arity(outputs, 1)?;
        solver.equals(&inputs[0].datum_type, &outputs[0].datum_type)?;
        solver.equals(&inputs[0].shape, &outputs[0].shape)?;
        Ok(())
    }

    fn wire(&self, name: &str, model: &mut TypedModel, inputs: &[OutletId]) -> TractResult<TVec<OutletId>> {
        let element_type = model.outlet_fact(inputs[0])?.datum_type;
        let inputs = wire_cast(name, model, inputs, element_type)?;
        wire_with_rank_broadcast(name, model, TypedBinOp(Box::new(PreluOfTwo), None), &inputs)
    }
}

/// `a` where it is positive, else `a · b`, as a typed operator. It is lowered, never evaluated.
#[derive(Clone, Debug, PartialEq, Eq)]
struct PreluOfTwo;

impl BinMiniOp for PreluOfTwo {
    fn name(&self) -> &'static str {
        "Prelu"
    }

    fn result_datum_type(&self, a: DatumType, _: DatumType) -> TractResult<DatumType> {
        Ok(a)
    }

    fn is_commutative(&self) -> bool {
        false
    }

    fn eval_in_a(&self, _: &mut Tensor, _: &Tensor) -> TractResult<()> {
        bail!("PRelu of a constant is not supported")
    }

    fn eval_out_of_place(&self, _: &mut Tensor, _: &Tensor, _: &Tensor) -> TractResult<()> {
        bail!("PRelu of a constant is not supported")
    }
}
