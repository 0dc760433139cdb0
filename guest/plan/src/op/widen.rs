//! Weights of eight bits become f32 numbers.

use super::{Operands, PANEL, need};
use crate::ElementType;
use alloc::format;
use alloc::string::String;

/// Inputs: weights as [`Conv`](super::Conv) packs them, but i8; and a factor (f32) for each output channel, eight for each
/// panel. Every weight becomes its product with its channel's factor.
pub(super) fn check(operands: &Operands) -> Result<(), String> {
    let ([weights, factors], y) = operands.io()?;
    let types = [weights.element_type, factors.element_type, y.element_type];
    need(types == [ElementType::I8, ElementType::F32, ElementType::F32], || format!("widens {types:?}"))?;
    let (elements, factors) = (y.elements().unwrap_or(0), factors.elements().unwrap_or(0));
    need(weights.elements() == Some(elements), || format!("{:?} become {:?}", weights.shape, y.shape))?;
    need(factors > 0 && factors % u64::from(PANEL) == 0 && elements % factors == 0, || {
        format!("{factors} factors for {elements} weights")
    })
}
