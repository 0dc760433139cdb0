//! Lowerings: one operator of tract's core is one file. To add one, add its file and list it in [`Lowering::lower`].

mod axes;
mod binary;
mod broadcast;
mod concat;
mod conv;
mod einsum;
mod local_response;
mod pad;
mod pool;
mod reduce;
mod slice;
mod softmax;
mod unary;

use super::draft::{Draft, Value};
use super::{Error, Unsupported};
use std::collections::HashMap;
use std::sync::Arc;
use tract_onnx::tract_core::ops::array::{MultiBroadcastTo, Pad, Slice, StridedSlice, TypedConcat};
use tract_onnx::tract_core::ops::binary::TypedBinOp;
use tract_onnx::tract_core::ops::cnn::{Conv, MaxPool, SumPool};
use tract_onnx::tract_core::ops::einsum::EinSum;
use tract_onnx::tract_core::ops::element_wise::ElementWiseOp;
use tract_onnx::tract_core::ops::identity::Identity;
use tract_onnx::tract_core::ops::konst::Const;
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

/// The result of a lowering: the node's first output, or why there is none.
type Lowered = Result<Value, String>;

/// A model on its way from tract's graph to a draft.
pub struct Lowering<'a> {
    model: &'a TypedModel,
    /// The plan in the making.
    pub draft: Draft,
    wires: HashMap<OutletId, Wire>,
    unsupported: Vec<Unsupported>,
}

/// A node being lowered.
pub struct Node<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its inputs.
    pub inputs: Vec<Wire>,
    /// The shape of its first output.
    pub shape: Vec<usize>,
}

/// A lowered model.
pub struct Model {
    /// The plan in the making.
    pub draft: Draft,
    /// The model's inputs.
    pub inputs: Vec<(String, Value)>,
    /// The model's outputs.
    pub outputs: Vec<(String, Value)>,
}

/// Lowers every node.
///
/// # Errors
/// Everything that has no lowering.
pub fn lower(model: &TypedModel) -> Result<Model, Error> {
    let mut lowering = Lowering { model, draft: Draft::default(), wires: HashMap::new(), unsupported: Vec::new() };
    for id in model.eval_order().map_err(super::front::invalid)? {
        lowering.node(model.node(id));
    }
    if !lowering.unsupported.is_empty() {
        return Err(Error::Unsupported(lowering.unsupported));
    }
    let inputs = lowering.ports(&model.inputs);
    let outputs = lowering.ports(&model.outputs);
    Ok(Model { draft: lowering.draft, inputs, outputs })
}

impl Lowering<'_> {
    fn ports(&mut self, outlets: &[OutletId]) -> Vec<(String, Value)> {
        let model = self.model;
        let name = |outlet: &OutletId| {
            model.outlet_label(*outlet).map_or_else(|| model.node(outlet.node).name.clone(), str::to_owned)
        };
        outlets
            .iter()
            .map(|outlet| match &self.wires[outlet] {
                Wire::Value(value) => (name(outlet), value.clone()),
                Wire::Constant(tensor) => (name(outlet), self.draft.constant(&tensor.clone())),
                Wire::Unsupported => unreachable!("unsupported nodes were reported"),
            })
            .collect()
    }

    fn node(&mut self, node: &TypedNode) {
        for (slot, output) in node.outputs.iter().enumerate() {
            if let Some(constant) = &output.fact.konst {
                self.wires.insert(OutletId::new(node.id, slot), Wire::Constant(constant.clone()));
            }
        }
        let first = OutletId::new(node.id, 0);
        if node.op_is::<Const>() || self.wires.contains_key(&first) {
            return;
        }
        let inputs: Vec<Wire> = node.inputs.iter().map(|outlet| self.wires[outlet].clone()).collect();
        for wire in &inputs {
            if let Wire::Value(value) = wire {
                self.draft.buffers[value.buffer].pending -= 1;
            }
        }
        let spoiled = inputs.iter().any(|wire| matches!(wire, Wire::Unsupported));
        let result = if spoiled { Ok(None) } else { self.typed_node(node, inputs).map(Some) };
        let wire = match result {
            Ok(Some(value)) => {
                self.draft.buffers[value.buffer].pending += self.uses(first);
                Wire::Value(value)
            }
            Ok(None) => Wire::Unsupported,
            Err(reason) => {
                self.unsupported.push(Unsupported {
                    node: node.name.clone(),
                    operator: node.op.name().to_string(),
                    reason,
                });
                Wire::Unsupported
            }
        };
        self.wires.insert(first, wire);
        for slot in 1..node.outputs.len() {
            self.wires.entry(OutletId::new(node.id, slot)).or_insert(Wire::Unsupported);
        }
    }

    fn uses(&self, outlet: OutletId) -> usize {
        let output = &self.model.node(outlet.node).outputs[outlet.slot];
        output.successors.len() + self.model.outputs.iter().filter(|&&o| o == outlet).count()
    }

    fn typed_node(&mut self, node: &TypedNode, inputs: Vec<Wire>) -> Lowered {
        for slot in 1..node.outputs.len() {
            if self.uses(OutletId::new(node.id, slot)) > 0 {
                return Err("only its first output is supported".into());
            }
        }
        let fact = &node.outputs[0].fact;
        let shape: Vec<usize> = fact
            .shape
            .as_concrete()
            .ok_or_else(|| format!("its shape {:?} depends on the input's content", fact.shape))?
            .to_vec();
        if shape.contains(&0) {
            return Err(format!("its output is empty: {shape:?}"));
        }
        if fact.datum_type != f32::datum_type() {
            return Err(format!("element type {:?} is not supported yet, only F32", fact.datum_type));
        }
        self.lower(node, Node { name: &node.name, inputs, shape })
    }

    fn lower(&mut self, source: &TypedNode, node: Node) -> Lowered {
        let op = &source.op;
        if op.is::<TypedSource>() {
            return Ok(self.input(source, node));
        }
        if op.is::<Identity>() || op.name() == "Dropout" {
            return Ok(node.value(0, &mut self.draft));
        }
        let draft = &mut self.draft;
        if let Some(op) = op.downcast_ref::<Conv>() {
            conv::lower(op, node, draft)
        } else if let Some(op) = op.downcast_ref::<MaxPool>() {
            pool::lower_max(op, node, draft)
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
        } else if let Some(op) = op.downcast_ref::<Pad>() {
            pad::lower(op, node, draft)
        } else if let Some(op) = op.downcast_ref::<Slice>() {
            slice::lower(op, node, draft)
        } else if let Some(op) = op.downcast_ref::<StridedSlice>() {
            slice::lower_strided(op, node, draft)
        } else if op.is::<MultiBroadcastTo>() {
            broadcast::lower(node, draft)
        } else if let Some(op) = op.downcast_ref::<AxisOp>() {
            axes::lower(op, node, draft)
        } else if let Some(op) = op.downcast_ref::<Lrn>() {
            local_response::lower(op, node, draft)
        } else {
            Err("no lowering for this operator yet".into())
        }
    }

    /// An input; one that only convolutions and pools read lies channels last from the start.
    fn input(&mut self, source: &TypedNode, node: Node) -> Value {
        let rank = node.shape.len();
        let picture = |successor: &InletId| {
            let op = &self.model.node(successor.node).op;
            op.is::<Conv>() || op.is::<MaxPool>() || op.is::<SumPool>()
        };
        let order = if rank > 2 && source.outputs[0].successors.iter().any(picture) {
            super::draft::channels_last(rank)
        } else {
            (0..rank).collect()
        };
        self.draft.value(node.shape, order)
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

    /// The input at `index`, if it is constant.
    pub fn constant(&self, index: usize) -> Option<&Arc<Tensor>> {
        match &self.inputs[index] {
            Wire::Constant(tensor) => Some(tensor),
            _ => None,
        }
    }
}
