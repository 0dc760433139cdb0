//! Interpolation along one axis.

use super::{Operands, need};
use crate::ElementType;
use alloc::format;
use alloc::string::String;
use serde::{Deserialize, Serialize};

/// An f32 input seen as `[outer, extent, inner]` to `[outer, out_extent, inner]`: each place along the middle axis is a
/// weighted sum of `taps` places of the input.
///
/// Inputs: `x`, indices (i32 `[out_extent, taps]`) and weights (f32 `[out_extent, taps]`), both constant. Where an index
/// is negative, `outside` is taken instead of an element.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Resample {
    /// The product of the axes before the resampled one.
    pub outer: u32,
    /// The resampled axis.
    pub extent: u32,
    /// How long it becomes.
    pub out_extent: u32,
    /// The product of the axes behind it.
    pub inner: u32,
    /// How many places are summed.
    pub taps: u32,
    /// What there is where the input has nothing.
    pub outside: f32,
}

impl Resample {
    pub(super) fn check(&self, operands: &Operands) -> Result<(), String> {
        let ([x, indices, weights], y) = operands.io()?;
        let types = [x, indices, weights, y].map(|t| t.element_type);
        need(types == [ElementType::F32, ElementType::I32, ElementType::F32, ElementType::F32], || {
            format!("element types {types:?}")
        })?;
        let product = |extents: [u32; 3]| extents.iter().try_fold(1u64, |n, &d| n.checked_mul(u64::from(d)));
        let table = product([self.out_extent, self.taps, 1]);
        let fits = product([self.outer, self.extent, self.inner]) == x.elements()
            && product([self.outer, self.out_extent, self.inner]) == y.elements()
            && table == indices.elements()
            && table == weights.elements();
        need(fits && self.extent > 0, || format!("{self:?} does not describe {:?} to {:?}", x.shape, y.shape))
    }
}
