//! Softmax.

use super::{Operands, need};
use alloc::format;
use alloc::string::String;
use serde::{Deserialize, Serialize};

/// Softmax over the middle axis of an f32 input seen as `[outer, extent, inner]`, the largest element subtracted
/// first so that nothing overflows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Softmax {
    /// The product of the axes before the normalised one.
    pub outer: u32,
    /// The normalised axis.
    pub extent: u32,
    /// The product of the axes behind it.
    pub inner: u32,
    /// Whether the logarithm of the result is wanted.
    pub log: bool,
}

impl Softmax {
    pub(super) fn check(&self, operands: &Operands) -> Result<(), String> {
        let ([x], y) = operands.f32_io()?;
        let all = [self.extent, self.inner].iter().try_fold(u64::from(self.outer), |n, &d| n.checked_mul(u64::from(d)));
        need(self.extent > 0 && all.is_some() && all == x.elements() && all == y.elements(), || {
            format!(
                "[{}, {}, {}] does not describe {:?} to {:?}",
                self.outer, self.extent, self.inner, x.shape, y.shape
            )
        })
    }
}
