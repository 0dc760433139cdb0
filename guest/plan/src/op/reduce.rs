//! Reductions.

use super::{Operands, need};
use crate::ElementType;
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
    /// The place of the largest, as i64; of several the first.
    ArgMax,
    /// The place of the largest, as i64; of several the last.
    ArgMaxLast,
    /// The place of the smallest, as i64; of several the first.
    ArgMin,
    /// The place of the smallest, as i64; of several the last.
    ArgMinLast,
}

impl ReduceKind {
    /// Whether places come out instead of elements.
    pub const fn finds(self) -> bool {
        matches!(self, Self::ArgMax | Self::ArgMaxLast | Self::ArgMin | Self::ArgMinLast)
    }
}

/// Reduces an input seen as `[outer, extent, inner]` to `[outer, inner]`. Integers wrap around, their means are rounded
/// towards zero; of truth values only the largest and the smallest are defined.
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
        let ([x], y) = operands.io()?;
        let made = if self.kind.finds() { ElementType::I64 } else { x.element_type };
        let ordered = self.kind.finds() || matches!(self.kind, ReduceKind::Max | ReduceKind::Min);
        let defined = match x.element_type {
            ElementType::Bool => ordered,
            other => other.is_computed(),
        };
        need(made == y.element_type && defined, || {
            format!("{:?} of {:?} to {:?}", self.kind, x.element_type, y.element_type)
        })?;
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
