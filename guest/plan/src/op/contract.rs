//! Sums of products of integers.

use super::copy::reach;
use super::{Operands, need};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// At every place of `shape`, the sum over `summed` of `a · b`. Any integer operands; the sum wraps around in the
/// output's element type. The output is dense; a product of f32 tensors is a [`Conv`](super::Conv) instead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contract {
    /// The places of the output, outermost axis first.
    pub shape: Vec<u32>,
    /// The axes that are summed over, outermost first.
    pub summed: Vec<u32>,
    /// Strides of the first operand along the axes of `shape`, then of `summed`.
    pub a_strides: Vec<u32>,
    /// Strides of the second operand.
    pub b_strides: Vec<u32>,
}

impl Contract {
    pub(super) fn check(&self, operands: &Operands) -> Result<(), String> {
        let ([a, b], y) = operands.io()?;
        let types = [a, b, y].map(|t| t.element_type);
        need(types.iter().all(|t| t.is_integer()), || format!("element types {types:?}, not integers"))?;
        let places = self.shape.iter().try_fold(1u64, |n, &d| n.checked_mul(u64::from(d)));
        need(places.is_some() && places == y.elements(), || {
            format!("visits {:?} but the output is {:?}", self.shape, y.shape)
        })?;
        let all: Vec<u32> = self.shape.iter().chain(&self.summed).copied().collect();
        for (t, strides) in [(a, &self.a_strides), (b, &self.b_strides)] {
            let end = reach(0, &all, strides)?;
            need(t.elements().is_some_and(|n| end <= n), || format!("reads {end} elements of {:?}", t.shape))?;
        }
        Ok(())
    }
}
