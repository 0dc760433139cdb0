//! Lowerings: one operator of tract's core is one file. To add one, add its file and list it in [`Lowering::lower`].

pub mod axes;
pub mod binary;
mod broadcast;
pub mod carry;
mod cast;
mod concat;
pub mod conv;
mod cumulate;
pub mod deconv;
mod dropout;
pub mod einsum;
mod elementwise;
pub mod gather;
mod local_response;
mod order;
mod pad;
pub mod pool;
pub mod reduce;
mod scatter;
mod select;
pub mod slice;
mod softmax;
mod tile;
mod top;
mod trilu;
mod unary;
pub mod window;

use super::allowance::Allowance;
use super::draft::{Draft, Value};
use super::native::{Input, Whole};
use super::{Error, Unsupported, types};
use maasm_plan::ElementType;
use std::collections::HashMap;
use std::sync::Arc;
use tract_onnx::tract_core::ops::array::{
    CumSum, Gather, GatherElements, MultiBroadcastTo, ScatterElements, ScatterNd, Slice, StridedSlice, Tile, Topk,
    Trilu, TypedConcat,
};
use tract_onnx::tract_core::ops::binary::TypedBinOp;
use tract_onnx::tract_core::ops::cast::Cast;
use tract_onnx::tract_core::ops::cnn::{Conv, SumPool};
use tract_onnx::tract_core::ops::einsum::EinSum;
use tract_onnx::tract_core::ops::element_wise::ElementWiseOp;
use tract_onnx::tract_core::ops::identity::Identity;
use tract_onnx::tract_core::ops::konst::Const;
use tract_onnx::tract_core::ops::logic::Iff;
use tract_onnx::tract_core::ops::nn::{Reduce, Softmax};
use tract_onnx::tract_core::ops::source::TypedSource;
use tract_onnx::tract_hir::internal::*;
use tract_onnx_opl::lrn::Lrn;

/// What an outlet of the source model came to.
#[derive(Clone)]
pub enum Wire {
    /// Computed at run time.
    Value(Value),
    /// Known now.
    Constant(Arc<Tensor>),
    /// Made by something that has no lowering; what reads it is not looked at.
    Unsupported,
}

/// How many operators that only change the element type are looked through for one that reads pictures.
const THROUGH: usize = 4;

/// The result of a lowering: the wanted output of the node, or why there is none.
pub type Lowered = Result<Value, String>;

/// A model on its way from tract's graph to a draft.
pub struct Lowering<'a> {
    model: &'a TypedModel,
    /// The plan in the making.
    pub draft: Draft,
    wires: HashMap<OutletId, Wire>,
    unsupported: Vec<Unsupported>,
    /// The inputs as the outside world gives them.
    inputs: Vec<(OutletId, Value)>,
    /// The nodes that compute f64 as f32.
    narrowed: Vec<String>,
}

/// A node being lowered.
pub struct Node<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its inputs.
    pub inputs: Vec<Wire>,
    /// Which of its outputs is wanted. Each is lowered by itself.
    pub slot: usize,
    /// That output's shape.
    pub shape: Vec<usize>,
    /// The type of its elements, as steps take them.
    pub element_type: ElementType,
}

/// A lowered model.
pub struct Model {
    /// The plan in the making.
    pub draft: Draft,
    /// The model's inputs.
    pub inputs: Vec<(String, Value)>,
    /// The model's outputs.
    pub outputs: Vec<(String, Value)>,
    /// The nodes that compute f64 as f32.
    pub narrowed: Vec<String>,
}

/// Lowers every node.
///
/// # Errors
/// Everything that has no lowering.
pub fn lower(model: &TypedModel, allowance: Allowance) -> Result<Model, Error> {
    let mut lowering = Lowering {
        model,
        draft: Draft::new(allowance),
        wires: HashMap::new(),
        unsupported: Vec::new(),
        inputs: Vec::new(),
        narrowed: Vec::new(),
    };
    for id in model.eval_order().map_err(super::front::invalid)? {
        lowering.node(model.node(id));
    }
    // What nothing reads is given all the same.
    for outlet in &model.inputs {
        if !lowering.wires.contains_key(outlet) {
            lowering.node(model.node(outlet.node));
        }
    }
    if !lowering.unsupported.is_empty() {
        return Err(Error::Unsupported(lowering.unsupported));
    }
    let outputs = lowering.outputs()?;
    let inputs = lowering.inputs();
    Ok(Model { draft: lowering.draft, inputs, outputs, narrowed: lowering.narrowed })
}

impl Lowering<'_> {
    /// What the outside world calls an input or output.
    fn label(&self, outlet: OutletId) -> String {
        self.model.outlet_label(outlet).map_or_else(|| self.model.node(outlet.node).name.clone(), str::to_owned)
    }

    /// Inputs as the outside world gives them, in its order.
    fn inputs(&self) -> Vec<(String, Value)> {
        let value = |outlet: &OutletId| self.inputs.iter().find(|(input, _)| input == outlet).map(|(_, value)| value);
        let sources = self.model.inputs.iter();
        // A label may be that of an output which is the input itself.
        let name = |outlet: &OutletId| self.model.node(outlet.node).name.clone();
        sources.filter_map(|outlet| Some((name(outlet), value(outlet)?.clone()))).collect()
    }

    /// Outputs in the element types that the source model gives them.
    fn outputs(&mut self) -> Result<Vec<(String, Value)>, Error> {
        let model = self.model;
        let port = |outlet: &OutletId| {
            let name = self.label(*outlet);
            let value = match self.wires[outlet].clone() {
                Wire::Value(value) => value,
                Wire::Constant(tensor) => self.draft.constant(&tensor),
                Wire::Unsupported => return Err(Error::Invalid(format!("output {name:?} is of no supported type"))),
            };
            let datum_type = model.outlet_fact(*outlet).map_err(super::front::invalid)?.datum_type;
            let wanted = types::stored(datum_type).map_err(Error::Invalid)?;
            let value = self.draft.cast(&name, &value, wanted);
            Ok((name, value))
        };
        model.outputs.iter().map(port).collect()
    }

    fn node(&mut self, node: &TypedNode) {
        for (slot, output) in node.outputs.iter().enumerate() {
            if let Some(constant) = &output.fact.konst {
                let wire = types::as_taken(constant).map_or(Wire::Unsupported, Wire::Constant);
                self.wires.insert(OutletId::new(node.id, slot), wire);
            }
        }
        let known = |slot: usize| self.wires.contains_key(&OutletId::new(node.id, slot));
        if node.op_is::<Const>() || (0..node.outputs.len()).all(known) {
            return;
        }
        let inputs: Vec<Wire> = node.inputs.iter().map(|outlet| self.wires[outlet].clone()).collect();
        for wire in &inputs {
            if let Wire::Value(value) = wire {
                self.draft.buffers[value.buffer].pending -= 1;
            }
        }
        let spoiled = inputs.iter().any(|wire| matches!(wire, Wire::Unsupported));
        for slot in 0..node.outputs.len() {
            let outlet = OutletId::new(node.id, slot);
            let uses = self.uses(outlet);
            if self.wires.contains_key(&outlet) || (slot > 0 && uses == 0) {
                continue;
            }
            let result = if spoiled { Ok(None) } else { self.output(node, slot, inputs.clone()).map(Some) };
            let wire = match result {
                Ok(Some(value)) => {
                    self.draft.buffers[value.buffer].pending += uses;
                    // A constant would forget where it ends.
                    let whole = !self.draft.counts.contains_key(&value.buffer);
                    self.draft.known(&value).filter(|_| whole).map_or(Wire::Value(value), Wire::Constant)
                }
                Ok(None) => Wire::Unsupported,
                Err(reason) => {
                    let (node, operator) = (node.name.clone(), node.op.name().to_string());
                    self.unsupported.push(Unsupported { node, operator, reason });
                    Wire::Unsupported
                }
            };
            self.wires.insert(outlet, wire);
        }
    }

    fn uses(&self, outlet: OutletId) -> usize {
        let output = &self.model.node(outlet.node).outputs[outlet.slot];
        output.successors.len() + self.model.outputs.iter().filter(|&&o| o == outlet).count()
    }

    fn output(&mut self, node: &TypedNode, slot: usize, inputs: Vec<Wire>) -> Lowered {
        let fact = &node.outputs[slot].fact;
        let open = top::greatest_shape(node, &inputs);
        let shape: Vec<usize> = match (&open, fact.shape.as_concrete()) {
            (Some(shape), _) => shape.clone(),
            (None, Some(shape)) => shape.to_vec(),
            (None, None) => return Err(format!("its shape {:?} depends on the input's content", fact.shape)),
        };
        let element_type = types::taken(fact.datum_type)?;
        if node.op_is::<TypedSource>() {
            let stored = types::stored(fact.datum_type)?;
            let value = self.input(node, stored, shape);
            return Ok(value);
        }
        let counted = open.is_some() || node.op_as::<Whole>().is_some_and(Whole::is_counted);
        if counted && !node.outputs[slot].successors.is_empty() {
            return Err(
                "how many results it has depends on the input's content, which is supported only where they are an \
                        output of the model; export the model without what follows it"
                    .into(),
            );
        }
        if shape.contains(&0) {
            // There is nothing to compute.
            let order = (0..shape.len()).collect();
            return Ok(self.draft.typed(element_type, shape, order));
        }
        let mut wanted = Node { name: &node.name, inputs, slot, shape, element_type };
        if self.settle(node, &mut wanted)? {
            self.narrowed.push(node.name.clone());
        }
        self.lower(node, wanted)
    }

    fn lower(&mut self, source: &TypedNode, node: Node) -> Lowered {
        let op = &source.op;
        let draft = &mut self.draft;
        if op.is::<Identity>() {
            return Ok(node.value(0, draft));
        }
        if op.name() == "Dropout" {
            return dropout::lower(node, draft);
        }
        if let Some(op) = op.downcast_ref::<Conv>() {
            conv::lower(op, node, draft)
        } else if let Some(op) = op.downcast_ref::<SumPool>() {
            pool::lower_sum(op, node, draft)
        } else if let Some(op) = op.downcast_ref::<EinSum>() {
            einsum::lower(op, node, draft)
        } else if let Some(op) = op.downcast_ref::<TypedBinOp>() {
            binary::lower(op, node, draft)
        } else if let Some(op) = op.downcast_ref::<ElementWiseOp>() {
            unary::lower(op, node, draft)
        } else if let Some(op) = op.downcast_ref::<Reduce>() {
            reduce::lower(op, node, draft)
        } else if let Some(op) = op.downcast_ref::<Softmax>() {
            softmax::lower(op, node, draft)
        } else if let Some(op) = op.downcast_ref::<TypedConcat>() {
            concat::lower(op, node, draft)
        } else if let Some(op) = op.downcast_ref::<Slice>() {
            slice::lower(op, node, draft)
        } else if let Some(op) = op.downcast_ref::<StridedSlice>() {
            slice::lower_strided(op, node, draft)
        } else if op.is::<MultiBroadcastTo>() {
            broadcast::lower(node, draft)
        } else if let Some(op) = op.downcast_ref::<AxisOp>() {
            axes::lower(op, node, draft)
        } else if let Some(op) = op.downcast_ref::<Cast>() {
            cast::lower(op.to, node, draft)
        } else if op.is::<Iff>() {
            select::lower(node, draft)
        } else if let Some(op) = op.downcast_ref::<Gather>() {
            gather::lower(op, node, draft)
        } else if let Some(op) = op.downcast_ref::<GatherElements>() {
            gather::lower_elements(op, node, draft)
        } else if let Some(op) = op.downcast_ref::<ScatterElements>() {
            scatter::lower_elements(op, node, draft)
        } else if let Some(op) = op.downcast_ref::<ScatterNd>() {
            scatter::lower_nd(op, node, draft)
        } else if let Some(op) = op.downcast_ref::<CumSum>() {
            cumulate::lower(op, node, draft)
        } else if let Some(op) = op.downcast_ref::<Topk>() {
            top::lower(op, node, draft)
        } else if let Some(op) = op.downcast_ref::<Trilu>() {
            trilu::lower(op, node, draft)
        } else if op.is::<Tile>() {
            tile::lower(node, draft)
        } else if let Some(op) = op.downcast_ref::<Whole>() {
            op.lower(&node, draft)
        } else if let Some(op) = op.downcast_ref::<Lrn>() {
            local_response::lower(op, node, draft)
        } else {
            Err("no lowering for this operator yet".into())
        }
    }

    /// An input; one that only convolutions and pools read lies channels last from the start. One of f16 is cast.
    fn input(&mut self, source: &TypedNode, element_type: ElementType, shape: Vec<usize>) -> Value {
        let rank = shape.len();
        let order = if rank > 2 && self.is_picture(&source.outputs[0], THROUGH) {
            super::draft::channels_last(rank)
        } else {
            (0..rank).collect()
        };
        let value = self.draft.typed(element_type, shape, order);
        self.inputs.push((OutletId::new(source.id, 0), value.clone()));
        if element_type == ElementType::F16 { self.draft.cast(&source.name, &value, ElementType::F32) } else { value }
    }
}

impl Lowering<'_> {
    /// Whether an outlet is best given channels last; it may first be quantised and dequantised, by so many operators.
    fn is_picture(&self, outlet: &Outlet<TypedFact>, through: usize) -> bool {
        outlet.successors.iter().any(|successor| {
            let node = self.model.node(successor.node);
            let whole = node.op_as::<Whole>().filter(|_| successor.slot == 0);
            node.op_is::<Conv>()
                || node.op_is::<SumPool>()
                || whole.is_some_and(Whole::reads_pictures)
                || (through > 0
                    && whole.is_some_and(Whole::is_elementwise)
                    && self.is_picture(&node.outputs[0], through - 1))
        })
    }
}

impl Node<'_> {
    /// The input at `index` as a value; a constant becomes one.
    pub fn value(&self, index: usize, draft: &mut Draft) -> Value {
        match &self.inputs[index] {
            Wire::Value(value) => value.clone(),
            Wire::Constant(tensor) => draft.constant(tensor),
            Wire::Unsupported => unreachable!("nodes with unsupported inputs are not lowered"),
        }
    }

    /// What is known of the input at `index`.
    pub fn given(&self, index: usize, draft: &Draft) -> Input {
        match &self.inputs[index] {
            Wire::Value(value) => {
                Input { datum_type: types::datum(draft.element_type(value)), shape: value.shape.clone(), value: None }
            }
            Wire::Constant(tensor) => {
                Input { datum_type: tensor.datum_type(), shape: tensor.shape().to_vec(), value: Some(tensor.clone()) }
            }
            Wire::Unsupported => unreachable!("nodes with unsupported inputs are not lowered"),
        }
    }

    /// The input at `index`, if it is constant.
    pub fn constant(&self, index: usize) -> Option<&Arc<Tensor>> {
        match &self.inputs[index] {
            Wire::Constant(tensor) => Some(tensor),
            _ => None,
        }
    }
}
