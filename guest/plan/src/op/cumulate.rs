//! Running sums.

use super::{Operands, need};
use crate::ElementType;
use alloc::format;
use alloc::string::String;
use serde::{Deserialize, Serialize};

/// Running sums along the middle axis of an input seen as `[outer, extent, inner]`, of f32 or integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cumulate {
    /// The product of the axes before the summed one.
    pub outer: u32,
    /// The summed axis.
    pub extent: u32,
    /// The product of the axes behind it.
    pub inner: u32,
    /// Whether an element is left out of its own sum.
    pub exclusive: bool,
    /// Whether the sums run from the end.
    pub reverse: bool,
}

impl Cumulate {
    pub(super) fn check(&self, operands: &Operands) -> Result<(), String> {
        let ([x], y) = operands.io()?;
        let element_type = x.element_type;
        need(
            element_type == y.element_type && (element_type == ElementType::F32 || element_type.is_integer()),
            || format!("sums of {element_type:?} to {:?}", y.element_type),
        )?;
        let all = [self.extent, self.inner].iter().try_fold(u64::from(self.outer), |n, &d| n.checked_mul(u64::from(d)));
        need(all.is_some() && all == x.elements() && all == y.elements(), || {
            format!("{self:?} does not describe {:?} to {:?}", x.shape, y.shape)
        })
    }
}
