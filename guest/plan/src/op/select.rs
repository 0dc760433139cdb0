//! Choice between two tensors.

use super::copy::reach;
use super::{Operands, need};
use crate::ElementType;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// `condition ? a : b` for every place of `shape`, with broadcasting as in [`Binary`](super::Binary). Inputs: the
/// condition (bool), `a` and `b`, which have the output's element type, any one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Select {
    /// The places to visit, outermost axis first.
    pub shape: Vec<u32>,
    /// Strides of the condition, of `a` and of `b`.
    pub strides: [Vec<u32>; 3],
}

impl Select {
    pub(super) fn check(&self, operands: &Operands) -> Result<(), String> {
        let (inputs @ [condition, a, b], y) = operands.io()?;
        let fits = condition.element_type == ElementType::Bool
            && a.element_type == y.element_type
            && b.element_type == y.element_type;
        need(fits, || {
            let [condition, a, b] = inputs.map(|t| t.element_type);
            format!("chooses by {condition:?} between {a:?} and {b:?} for {:?}", y.element_type)
        })?;
        let places = self.shape.iter().try_fold(1u64, |n, &d| n.checked_mul(u64::from(d)));
        need(places.is_some() && places == y.elements(), || {
            format!("visits {:?} but the output is {:?}", self.shape, y.shape)
        })?;
        for (t, strides) in inputs.into_iter().zip(&self.strides) {
            let end = reach(0, &self.shape, strides)?;
            need(t.elements().is_some_and(|n| end <= n), || format!("reads {end} elements of {:?}", t.shape))?;
        }
        Ok(())
    }
}
