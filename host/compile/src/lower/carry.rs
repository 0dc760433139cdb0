//! f64: operators that only move, compare or cast elements keep their digits, and all others compute with f32.

use super::{Lowering, Node, Wire};
use crate::native::Whole;
use crate::types;
use maasm_plan::ElementType;
use tract_onnx::tract_core::ops::array::{
    Gather, GatherElements, MultiBroadcastTo, ScatterElements, ScatterNd, ScatterReduction, Slice, StridedSlice, Tile,
    Topk, Trilu, TypedConcat,
};
use tract_onnx::tract_core::ops::binary::TypedBinOp;
use tract_onnx::tract_core::ops::cast::Cast;
use tract_onnx::tract_core::ops::identity::Identity;
use tract_onnx::tract_core::ops::logic::Iff;
use tract_onnx::tract_hir::internal::*;

/// What an operator does to its elements.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Handling {
    /// They come out as they are, or as another type.
    Moves,
    /// They are compared.
    Compares,
    /// Something is computed of them.
    Computes,
}

/// Functions of two tensors that compare.
const COMPARISONS: [&str; 8] = ["Eq", "NE", "LT", "LTE", "GT", "GTE", "Min", "Max"];

impl Handling {
    fn of(op: &dyn TypedOp) -> Self {
        let replaces = |reduction: &ScatterReduction| match reduction {
            ScatterReduction::None => Self::Moves,
            ScatterReduction::Min | ScatterReduction::Max => Self::Compares,
            _ => Self::Computes,
        };
        if let Some(op) = op.downcast_ref::<Whole>() {
            return op.handling();
        }
        if let Some(op) = op.downcast_ref::<TypedBinOp>() {
            return if COMPARISONS.contains(&op.0.name()) { Self::Compares } else { Self::Computes };
        }
        if let Some(op) = op.downcast_ref::<ScatterElements>() {
            return replaces(&op.reduction);
        }
        if let Some(op) = op.downcast_ref::<ScatterNd>() {
            return replaces(&op.reduction);
        }
        let moves = op.is::<Identity>()
            || op.is::<TypedConcat>()
            || op.is::<Slice>()
            || op.is::<StridedSlice>()
            || op.is::<MultiBroadcastTo>()
            || op.is::<AxisOp>()
            || op.is::<Cast>()
            || op.is::<Iff>()
            || op.is::<Gather>()
            || op.is::<GatherElements>()
            || op.is::<Trilu>()
            || op.is::<Tile>()
            || op.name() == "Dropout";
        match () {
            () if moves => Self::Moves,
            () if op.is::<Topk>() => Self::Compares,
            () => Self::Computes,
        }
    }
}

impl Lowering<'_> {
    /// Brings the f64 inputs of a node into one type, which is its output's, too, if that should be f64: f64 where their
    /// digits are kept, else f32. Whether digits may be lost by that.
    ///
    /// # Errors
    /// If a constant cannot be cast.
    pub(super) fn settle(&mut self, source: &TypedNode, node: &mut Node) -> Result<bool, String> {
        let handling = Handling::of(&*source.op);
        let wide: Vec<usize> = (0..node.inputs.len()).filter(|&index| self.is_wide(source.inputs[index])).collect();
        let makes_wide = node.element_type == ElementType::F64;
        let wanted = self.wanted(handling, wide.iter().map(|&index| &node.inputs[index]));
        let mut loses = handling == Handling::Computes && (makes_wide || !wide.is_empty());
        for index in wide {
            let wire = &mut node.inputs[index];
            loses |= wanted == ElementType::F32 && !self.is_narrow(wire);
            *wire = match &*wire {
                Wire::Value(value) => Wire::Value(self.draft.cast(node.name, value, wanted)),
                Wire::Constant(tensor) => Wire::Constant(types::cast(tensor, wanted)?),
                Wire::Unsupported => Wire::Unsupported,
            };
        }
        if makes_wide {
            node.element_type = wanted;
        }
        Ok(loses)
    }

    /// The type that these f64 inputs are brought to.
    fn wanted<'a>(&self, handling: Handling, mut wires: impl Iterator<Item = &'a Wire> + Clone) -> ElementType {
        let is = |wire: &Wire, element_type: ElementType| match wire {
            Wire::Value(value) => self.draft.element_type(value) == element_type,
            _ => false,
        };
        // What was computed as f32 before has no more digits to lose.
        let narrowed = wires.clone().any(|wire| is(wire, ElementType::F32));
        let narrow = match handling {
            Handling::Computes => true,
            Handling::Compares => narrowed,
            Handling::Moves => narrowed && wires.all(|wire| self.is_narrow(wire)),
        };
        if narrow { ElementType::F32 } else { ElementType::F64 }
    }

    fn is_wide(&self, outlet: OutletId) -> bool {
        self.model.outlet_fact(outlet).is_ok_and(|fact| fact.datum_type == DatumType::F64)
    }

    /// Whether f32 holds everything that comes this way.
    fn is_narrow(&self, wire: &Wire) -> bool {
        match wire {
            Wire::Value(value) => self.draft.element_type(value) != ElementType::F64,
            Wire::Constant(tensor) => {
                let exact = |number: f64| f64::from(number as f32) == number || number.is_nan();
                let numbers = tensor.to_plain_array_view::<f64>();
                tensor.datum_type() != DatumType::F64
                    || numbers.is_ok_and(|numbers| numbers.iter().all(|&number| exact(number)))
            }
            Wire::Unsupported => true,
        }
    }
}
