//! The largest or smallest elements.

use super::{Operands, need};
use crate::ElementType;
use alloc::format;
use alloc::string::String;
use serde::{Deserialize, Serialize};

/// The `count` largest or smallest elements along the middle axis of an input seen as `[outer, extent, inner]`, in
/// order; of equal ones the first comes first. An input that computes (f32, integers). The output is
/// `[outer, count, inner]`: the elements, or their places as i64.
///
/// `scratch` holds `extent` values of u32.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Top {
    /// The product of the axes before the ordered one.
    pub outer: u32,
    /// The ordered axis.
    pub extent: u32,
    /// The product of the axes behind it.
    pub inner: u32,
    /// How many are wanted.
    pub count: u32,
    /// Whether the largest come first, else the smallest.
    pub largest: bool,
    /// Whether places are wanted instead of elements.
    pub places: bool,
}

impl Top {
    pub(super) fn check(&self, operands: &Operands) -> Result<(), String> {
        let ([x], y) = operands.io()?;
        let made = if self.places { ElementType::I64 } else { x.element_type };
        need(made == y.element_type && x.element_type.is_computed(), || {
            format!("{:?} of {:?}", y.element_type, x.element_type)
        })?;
        let product = |middle: u32| {
            [middle, self.inner].iter().try_fold(u64::from(self.outer), |n, &d| n.checked_mul(u64::from(d)))
        };
        let fits = product(self.extent).is_some_and(|n| Some(n) == x.elements())
            && product(self.count).is_some_and(|n| Some(n) == y.elements())
            && (1..=self.extent).contains(&self.count);
        need(fits, || format!("{self:?} does not describe {:?} to {:?}", x.shape, y.shape))?;
        let scratch = operands.scratch.is_some_and(|scratch| {
            scratch.element_type == ElementType::U32 && scratch.elements() == Some(u64::from(self.extent))
        });
        need(scratch, || format!("its scratch memory must hold {} values of u32", self.extent))
    }
}
