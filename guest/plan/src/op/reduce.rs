//! Reductions.

use super::{Operands, need};
use alloc::format;
use alloc::string::String;
use serde::{Deserialize, Serialize};

/// What is made of the elements along the axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReduceKind {
    /// Their sum.
    Sum,
    /// Their mean.
    Mean,
    /// The largest.
    Max,
    /// The smallest.
    Min,
    /// Their product.
    Product,
    /// The sum of their squares.
    SumOfSquares,
}

/// Reduces an f32 input seen as `[outer, extent, inner]` to `[outer, inner]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reduce {
    /// What is made of the elements along the axis.
    pub kind: ReduceKind,
    /// The product of the axes before the reduced one.
    pub outer: u32,
    /// The reduced axis.
    pub extent: u32,
    /// The product of the axes behind the reduced one.
    pub inner: u32,
}

impl Reduce {
    pub(super) fn check(&self, operands: &Operands) -> Result<(), String> {
        let ([x], y) = operands.f32_io()?;
        let kept = u64::from(self.outer).checked_mul(u64::from(self.inner));
        let read = kept.and_then(|n| n.checked_mul(u64::from(self.extent)));
        need(self.extent > 0 && read.is_some() && read == x.elements() && kept == y.elements(), || {
            format!(
                "[{}, {}, {}] does not describe {:?} to {:?}",
                self.outer, self.extent, self.inner, x.shape, y.shape
            )
        })
    }
}
