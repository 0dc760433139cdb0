//! Elements that are not zero, at their places.

use super::{Operands, need};
use crate::ElementType;
use alloc::format;
use alloc::string::String;

/// Inputs: a mask (u8), whose bits, the lowest of each byte first, tell which elements of the f32 output are not zero, and
/// those elements in order (f32). Weights that were pruned are kept so.
pub(super) fn check(operands: &Operands) -> Result<(), String> {
    let ([mask, elements], y) = operands.io()?;
    let types = [mask.element_type, elements.element_type, y.element_type];
    need(types == [ElementType::U8, ElementType::F32, ElementType::F32], || format!("unpacks {types:?}"))?;
    let places = y.elements().unwrap_or(u64::MAX);
    need(mask.elements() == Some(places.div_ceil(8)), || format!("a mask {:?} for {:?}", mask.shape, y.shape))
}
