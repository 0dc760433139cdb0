//! Operators of ONNX that tract does not know, or knows less well than the lowerings do: kept whole from the file to
//! the lowering. One operator is one file in `native/`.

mod arithmetic;
mod attributes;
mod bit_cast;
mod cast;
mod conv_transpose;
mod depth;
mod einsum;
mod found;
mod gated;
mod gemm;
mod grid_sample;
mod hardmax;
mod integer_products;
mod losses;
mod pad;
mod places;
mod pools;
mod quantize;
mod reduce;
mod resize;
mod slice;
mod strange;

use super::draft::Draft;
use super::lower::carry::Handling;
use super::lower::{Lowered, Node, Wire};
use super::types;
use std::sync::Arc;
use tract_onnx::Onnx;
use tract_onnx::model::ParsingContext;
use tract_onnx::pb::NodeProto;
use tract_onnx::tract_hir::internal::*;

/// What is known of an input.
#[derive(Clone, Debug)]
pub struct Input {
    /// The type of its elements.
    pub datum_type: DatumType,
    /// Its shape.
    pub shape: Vec<usize>,
    /// Its content, if it is known already.
    pub value: Option<Arc<Tensor>>,
}

/// The inputs of an operator by their places in ONNX's definition; those that are left out are `None`.
pub type Inputs<T> = Vec<Option<T>>;

/// An output's element type and shape.
pub type Output = (DatumType, Vec<usize>);

/// An operator that is kept whole.
pub trait Native: std::fmt::Debug + Send + Sync {
    /// Its name.
    fn name(&self) -> &'static str;

    /// What comes out; nothing if that cannot be said before more is known of the inputs.
    ///
    /// # Errors
    /// If the inputs make no sense to the operator.
    fn outputs(&self, inputs: &Inputs<Input>) -> Result<Option<Vec<Output>>, String>;

    /// Whether the number of its results depends on the input; `outputs` then tells the greatest that it can be.
    fn is_counted(&self) -> bool {
        false
    }

    /// Whether its first input is best given channels last.
    fn reads_pictures(&self) -> bool {
        false
    }

    /// Whether every element that comes out is one of its first input's, in the same place.
    fn is_elementwise(&self) -> bool {
        false
    }

    /// Whether it is left to the lowering even if its inputs are constant.
    fn is_kept(&self, _: &Inputs<Input>) -> bool {
        false
    }

    /// What it does to its elements.
    fn handling(&self) -> Handling {
        Handling::Computes
    }

    /// Turns it into steps, for the one output that the node wants. `at` gives the places of the operator's inputs
    /// among the node's.
    ///
    /// # Errors
    /// If there is no way.
    fn lower(&self, node: &Node, at: &Inputs<usize>, draft: &mut Draft) -> Lowered;
}

/// Teaches the front end these operators.
pub fn register(onnx: &mut Onnx) {
    let ops = &mut onnx.op_register;
    ops.insert("Resize", |context, node| whole(resize::read, context, node));
    ops.insert("Upsample", |context, node| whole(resize::read, context, node));
    ops.insert("NegativeLogLikelihoodLoss", |context, node| whole(losses::read, context, node));
    ops.insert("SoftmaxCrossEntropyLoss", |context, node| whole(losses::read, context, node));
    ops.insert("Pad", |context, node| whole(pad::read, context, node));
    ops.insert("ConvTranspose", |context, node| whole(conv_transpose::read, context, node));
    ops.insert("Einsum", |context, node| whole(einsum::read, context, node));
    ops.insert("CenterCropPad", |context, node| whole(pad::read_centred, context, node));
    for operator in reduce::OPERATORS {
        ops.insert(operator, |context, node| whole(reduce::read, context, node));
    }
    for operator in ["GatherND", "OneHot", "Compress", "ReverseSequence"] {
        ops.insert(operator, |context, node| whole(places::read, context, node));
    }
    ops.insert("Hardmax", |context, node| whole(hardmax::read, context, node));
    ops.insert("Slice", |context, node| whole(slice::read, context, node));
    ops.insert("IsNaN", |context, node| whole(strange::read, context, node));
    ops.insert("IsInf", |context, node| whole(strange::read, context, node));
    ops.insert("Cast", |context, node| whole(cast::read, context, node));
    ops.insert("CastLike", |context, node| whole(cast::read, context, node));
    ops.insert("Gemm", |context, node| whole(gemm::read, context, node));
    ops.insert("BitShift", |context, node| whole(arithmetic::read, context, node));
    ops.insert("Mod", |context, node| whole(arithmetic::read, context, node));
    ops.insert("Mean", |context, node| whole(arithmetic::read, context, node));
    ops.insert("Celu", |context, node| whole(gated::read, context, node));
    ops.insert("SwiGLU", |context, node| whole(gated::read, context, node));
    ops.insert("Swish", |context, node| whole(gated::read, context, node));
    ops.insert("DepthToSpace", |context, node| whole(depth::read, context, node));
    ops.insert("SpaceToDepth", |context, node| whole(depth::read, context, node));
    ops.insert("QuantizeLinear", |context, node| whole(quantize::read, context, node));
    ops.insert("DequantizeLinear", |context, node| whole(quantize::read, context, node));
    ops.insert("DynamicQuantizeLinear", |context, node| whole(quantize::read_dynamic, context, node));
    ops.insert("MatMulInteger", |context, node| whole(integer_products::read, context, node));
    ops.insert("ConvInteger", |context, node| whole(integer_products::read, context, node));
    ops.insert("QLinearMatMul", |context, node| whole(integer_products::read, context, node));
    ops.insert("QLinearConv", |context, node| whole(integer_products::read, context, node));
    ops.insert("LpPool", |context, node| whole(pools::read, context, node));
    ops.insert("MaxPool", |context, node| whole(pools::read, context, node));
    ops.insert("GridSample", |context, node| whole(grid_sample::read, context, node));
    ops.insert("NonMaxSuppression", |context, node| whole(found::read_suppression, context, node));
    ops.insert("NonZero", |context, node| whole(found::read_non_zero, context, node));
    ops.insert("BitCast", |context, node| whole(bit_cast::read, context, node));
}

/// The whole numbers in a tensor.
///
/// # Errors
/// If it has others.
fn numbers(tensor: &Tensor) -> Result<Vec<i64>, String> {
    let numbers = tensor.cast_to::<i64>().map_err(|error| error.to_string())?;
    let numbers = numbers.to_plain_array_view::<i64>().map_err(|error| error.to_string())?;
    Ok(numbers.iter().copied().collect())
}

/// The axis of `rank` that a model names, negative ones counted from the end.
///
/// # Errors
/// If there is none.
fn counted_axis(axis: i64, rank: usize) -> Result<usize, String> {
    let counted = if axis < 0 { axis + rank as i64 } else { axis };
    usize::try_from(counted).ok().filter(|&axis| axis < rank).ok_or_else(|| format!("it has no axis {axis}"))
}

/// Reads a node of the given version of ONNX's operator set.
fn whole(
    read: impl Fn(&NodeProto, i64) -> TractResult<Arc<dyn Native>>,
    context: &ParsingContext,
    node: &NodeProto,
) -> TractResult<(Box<dyn InferenceOp>, Vec<String>)> {
    let native = read(node, context.onnx_operator_set_version)?;
    let mut count = 0;
    let place = |name: &String| {
        let present = !name.is_empty();
        count += usize::from(present);
        present.then(|| count - 1)
    };
    let at = node.input.iter().map(place).collect();
    Ok((Box::new(Whole { native, at, outputs: node.output.len() }), vec![]))
}

/// An operator that is kept whole, as a node of tract's graphs.
#[derive(Clone, Debug)]
pub struct Whole {
    native: Arc<dyn Native>,
    at: Inputs<usize>,
    outputs: usize,
}

impl Whole {
    /// Turns it into steps.
    ///
    /// # Errors
    /// If there is no way.
    pub fn lower(&self, node: &Node, draft: &mut Draft) -> Lowered {
        self.native.lower(node, &self.at, draft)
    }

    /// Whether the number of its results depends on the input.
    pub fn is_counted(&self) -> bool {
        self.native.is_counted()
    }

    /// Whether its first input is best given channels last.
    pub fn reads_pictures(&self) -> bool {
        self.native.reads_pictures()
    }

    /// Whether every element that comes out is one of its first input's, in the same place.
    pub fn is_elementwise(&self) -> bool {
        self.native.is_elementwise()
    }

    /// What it does to its elements.
    pub fn handling(&self) -> Handling {
        self.native.handling()
    }

    /// What comes of constants, so that shapes that are computed by this operator are known. Nothing if the compiler does
    /// not compute it.
    fn evaluate(&self, inputs: &[Arc<Tensor>]) -> Option<Vec<Tensor>> {
        if self.is_counted() || inputs.is_empty() {
            return None;
        }
        let given = self.by_definition(|place| Input {
            datum_type: inputs[place].datum_type(),
            shape: inputs[place].shape().to_vec(),
            value: Some(inputs[place].clone()),
        });
        // The lowering tells that f64 is computed as f32.
        let narrows =
            self.handling() == Handling::Computes && inputs.iter().any(|tensor| tensor.datum_type() == DatumType::F64);
        if narrows || self.native.is_kept(&given) {
            return None;
        }
        let wires: Vec<Wire> =
            inputs.iter().map(|tensor| types::as_taken(tensor).map(Wire::Constant)).collect::<Result<_, _>>().ok()?;
        let outputs = self.native.outputs(&given).ok()??;
        let outputs = outputs.into_iter().take(self.outputs).enumerate();
        let computed = outputs.map(|(slot, (datum_type, shape))| {
            let mut draft = Draft::default();
            let element_type = types::taken(datum_type).ok()?;
            let node = Node { name: self.native.name(), inputs: wires.clone(), slot, shape, element_type };
            let value = self.native.lower(&node, &self.at, &mut draft).ok()?;
            Some(draft.known(&value)?.cast_to_dt(datum_type).ok()?.into_owned())
        });
        computed.collect()
    }

    fn by_definition<T>(&self, given: impl Fn(usize) -> T) -> Inputs<T> {
        self.at.iter().map(|place| place.map(&given)).collect()
    }
}

impl PartialEq for Whole {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.native, &other.native)
    }
}

impl Eq for Whole {}

impl Op for Whole {
    fn name(&self) -> StaticName {
        self.native.name().into()
    }

    op_as_typed_op!();
}

impl EvalOp for Whole {
    fn eval_out_of_plan(&self, inputs: TVec<TValue>) -> TractResult<Option<TVec<TValue>>> {
        let inputs: Vec<Arc<Tensor>> = inputs.into_iter().map(TValue::into_arc_tensor).collect();
        let outputs = self.evaluate(&inputs);
        Ok(outputs.map(|outputs| outputs.into_iter().map(Tensor::into_tvalue).collect()))
    }
}

impl TypedOp for Whole {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        let shapes: Option<Vec<_>> = inputs.iter().map(|fact| fact.shape.as_concrete()).collect();
        let shapes = shapes.with_context(|| format!("the shapes of {}'s inputs are not fixed", self.native.name()))?;
        let input = |place: usize| Input {
            datum_type: inputs[place].datum_type,
            shape: shapes[place].to_vec(),
            value: inputs[place].konst.clone(),
        };
        let outputs = self.native.outputs(&self.by_definition(input)).map_err(|why| format_err!("{why}"))?;
        let outputs = outputs.with_context(|| {
            format!("what {} gives depends on inputs that are computed at run time", self.native.name())
        })?;
        Ok(outputs.iter().map(|(datum_type, shape)| datum_type.fact(shape)).collect())
    }

    as_op!();
}

type Facts = TVec<InferenceFact>;

impl InferenceOp for Whole {
    fn infer_facts(
        &mut self,
        inputs: TVec<&InferenceFact>,
        outputs: TVec<&InferenceFact>,
        observed: TVec<&InferenceFact>,
    ) -> TractResult<(Facts, Facts, Facts)> {
        let known: Option<Vec<Input>> = inputs
            .iter()
            .map(|fact| {
                let shape = fact.shape.concretize()?;
                let shape = shape.iter().map(|dim| dim.to_usize().ok()).collect::<Option<_>>()?;
                Some(Input { datum_type: fact.datum_type.concretize()?, shape, value: fact.value.concretize() })
            })
            .collect();
        let mut found: Facts = outputs.into_iter().cloned().collect();
        if let Some(known) = known {
            let given = self.by_definition(|place| known[place].clone());
            if let Some(outputs) = self.native.outputs(&given).map_err(|why| format_err!("{why}"))? {
                for (fact, (datum_type, shape)) in found.iter_mut().zip(outputs) {
                    *fact = fact.unify(&InferenceFact::dt_shape(datum_type, &shape))?;
                }
            }
        }
        Ok((inputs.into_iter().cloned().collect(), found, observed.into_iter().cloned().collect()))
    }

    fn nboutputs(&self) -> TractResult<usize> {
        Ok(self.outputs)
    }

    fn as_op(&self) -> &dyn Op {
        self
    }

    fn as_op_mut(&mut self) -> &mut dyn Op {
        self
    }

    fn to_typed(
        &self,
        _: &InferenceModel,
        node: &InferenceNode,
        target: &mut TypedModel,
        mapping: &HashMap<OutletId, OutletId>,
    ) -> TractResult<TVec<OutletId>> {
        let inputs: TVec<OutletId> = node.inputs.iter().map(|outlet| mapping[outlet]).collect();
        target.wire_node(&node.name, self.clone(), &inputs)
    }
}
