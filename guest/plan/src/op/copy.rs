//! Strided copies.

use super::{Operands, need};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// Copies every place of `shape` from the input to the output; elements of both have the same size, and keep their bits. Offsets
/// and strides are in elements. Places of the output that are not visited keep what they held, so that several
/// copies together make a concatenation, and a fill followed by a copy makes a padding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copy {
    /// The places to visit, outermost axis first.
    pub shape: Vec<u32>,
    /// Where the first place is read.
    pub from_offset: u32,
    /// Strides in the input; 0 repeats.
    pub from_strides: Vec<u32>,
    /// Where the first place is written.
    pub to_offset: u32,
    /// Strides in the output.
    pub to_strides: Vec<u32>,
}

/// One past the last element that strides visit.
pub(super) fn reach(offset: u32, shape: &[u32], strides: &[u32]) -> Result<u64, String> {
    need(shape.len() == strides.len() && shape.len() <= 8, || {
        format!("{} strides for {} axes (8 at most)", strides.len(), shape.len())
    })?;
    need(shape.iter().all(|&d| d > 0), || format!("visits nothing: {shape:?}"))?;
    shape
        .iter()
        .zip(strides)
        .try_fold(u64::from(offset) + 1, |end, (&extent, &stride)| {
            end.checked_add(u64::from(extent - 1).checked_mul(u64::from(stride))?)
        })
        .ok_or_else(|| "its reach overflows".into())
}

impl Copy {
    pub(super) fn check(&self, operands: &Operands) -> Result<(), String> {
        let ([x], [y]) = (operands.inputs, operands.outputs) else {
            return Err(format!(
                "needs 1 input and 1 output, has {} and {}",
                operands.inputs.len(),
                operands.outputs.len()
            ));
        };
        need(x.element_type.size() == y.element_type.size(), || {
            format!("copies {:?} to {:?}", x.element_type, y.element_type)
        })?;
        let read = reach(self.from_offset, &self.shape, &self.from_strides)?;
        let written = reach(self.to_offset, &self.shape, &self.to_strides)?;
        need(x.elements().is_some_and(|n| read <= n), || format!("reads {read} elements of {:?}", x.shape))?;
        need(y.elements().is_some_and(|n| written <= n), || format!("writes {written} elements of {:?}", y.shape))
    }
}
