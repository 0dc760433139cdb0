//! Bytes that stand for real numbers as ONNX's QuantizeLinear and DequantizeLinear define it, all eight bits of them, and
//! sums of two such tensors.
//!
//! A real number `r` is kept as `round(r / scale) + zero`, ties to the even one, clamped to what the element type holds:
//! 0 to 255 of U8, −128 to 127 of I8.

use super::{Operands, need};
use crate::{ElementType, Tensor};
use alloc::format;
use alloc::string::String;
use serde::{Deserialize, Serialize};

/// How bytes stand for real numbers: `(byte − zero) · scale`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Linear {
    /// What one step stands for.
    pub scale: f32,
    /// What stands for 0.
    pub zero: i16,
}

/// `round((a − a.zero) · a.scale + (b − b.zero) · b.scale) + zero`, clamped, of two tensors of one size.
///
/// Inputs: `a`, `b`, of U8 or I8, as is the output. No step is fused with another.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct QLinearAdd {
    /// How the first operand's bytes stand for numbers; the scale is divided by the output's.
    pub a: Linear,
    /// How the second operand's bytes do.
    pub b: Linear,
    /// What stands for 0 in the output.
    pub zero: i16,
    /// The lowest that the activation allows.
    pub low: i16,
    /// The highest that it allows.
    pub high: i16,
}

/// The least and the greatest number of a type of bytes.
///
/// # Errors
/// If it is none.
pub fn byte_limits(element_type: ElementType) -> Result<(i16, i16), String> {
    match element_type {
        ElementType::U8 => Ok((0, 255)),
        ElementType::I8 => Ok((-128, 127)),
        other => Err(format!("needs bytes, U8 or I8, has {other:?}")),
    }
}

impl Linear {
    /// Whether this makes sense for bytes of a tensor.
    pub(super) fn fits(&self, bytes: &Tensor) -> Result<(), String> {
        let (least, greatest) = byte_limits(bytes.element_type)?;
        let Self { scale, zero } = *self;
        need(scale.is_finite() && scale > 0.0 && (least..=greatest).contains(&zero), || {
            format!("scale {scale} and zero {zero} make no sense for {:?}", bytes.element_type)
        })
    }

    /// f32 numbers become bytes.
    pub(super) fn check_quantize(&self, operands: &Operands) -> Result<(), String> {
        let ([x], y) = operands.io()?;
        same_size(x, y)?;
        need(x.element_type == ElementType::F32, || format!("needs f32 numbers, has {:?}", x.element_type))?;
        self.fits(y)
    }

    /// Bytes become f32 numbers.
    pub(super) fn check_dequantize(&self, operands: &Operands) -> Result<(), String> {
        let ([x], y) = operands.io()?;
        same_size(x, y)?;
        need(y.element_type == ElementType::F32, || format!("gives f32 numbers, not {:?}", y.element_type))?;
        self.fits(x)
    }
}

impl QLinearAdd {
    pub(super) fn check(&self, operands: &Operands) -> Result<(), String> {
        let ([a, b], y) = operands.io()?;
        same_size(a, y)?;
        same_size(b, y)?;
        self.a.fits(a)?;
        self.b.fits(b)?;
        clamped(y.element_type, self.zero, self.low, self.high)
    }
}

/// Whether bytes of this type can have such a zero and such bounds.
pub(super) fn clamped(element_type: ElementType, zero: i16, low: i16, high: i16) -> Result<(), String> {
    let (least, greatest) = byte_limits(element_type)?;
    let holds = |number: i16| (least..=greatest).contains(&number);
    need(holds(zero) && holds(low) && holds(high) && low <= high, || {
        format!("zero {zero} and bounds {low} and {high} make no sense for {element_type:?}")
    })
}

fn same_size(a: &Tensor, b: &Tensor) -> Result<(), String> {
    need(a.elements().is_some() && a.elements() == b.elements(), || {
        format!("needs tensors of one size, has {:?} and {:?}", a.shape, b.shape)
    })
}
