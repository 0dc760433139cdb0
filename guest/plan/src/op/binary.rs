//! Element-wise functions of two tensors.

use super::copy::reach;
use super::{Operands, Unary, need};
use crate::ElementType;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// The function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BinaryKind {
    /// `a + b`.
    Add,
    /// `a − b`.
    Sub,
    /// `a · b`.
    Mul,
    /// `a / b`.
    Div,
    /// The smaller one.
    Min,
    /// The larger one.
    Max,
    /// `aᵇ`.
    Pow,
    /// `a` where it is positive, else `a · b`.
    Prelu,
    /// What is left of `a` divided by `b`, with the sign of `b` (Python's `%`).
    Modulo,
    /// What is left of `a` divided by `b`, with the sign of `a` (C's `fmod`).
    Remainder,
    /// Bits set in both. For integers and truth values only, as are `Or` and `Xor`.
    And,
    /// Bits set in either.
    Or,
    /// Bits set in one only.
    Xor,
    /// Bits moved `b` places up. For integers only, as is `ShiftRight`.
    ShiftLeft,
    /// Bits moved `b` places down.
    ShiftRight,
    /// Whether both are the same. Comparisons give truth values.
    Equal,
    /// Whether they differ.
    NotEqual,
    /// Whether `a` is smaller.
    Less,
    /// Whether `a` is not larger.
    LessOrEqual,
}

impl BinaryKind {
    /// Whether the result is a truth value.
    pub const fn compares(self) -> bool {
        matches!(self, Self::Equal | Self::NotEqual | Self::Less | Self::LessOrEqual)
    }

    /// Whether it is defined for elements of the type.
    pub const fn takes(self, element_type: ElementType) -> bool {
        match self {
            Self::Equal | Self::NotEqual => element_type.is_computed(),
            Self::And | Self::Or | Self::Xor => element_type.is_integer() || matches!(element_type, ElementType::Bool),
            Self::ShiftLeft | Self::ShiftRight => element_type.is_integer(),
            _ => element_type.is_integer() || matches!(element_type, ElementType::F32),
        }
    }
}

/// `activation(a ∘ b)` for every place of `shape`, with broadcasting: an operand's stride is 0 along an axis on
/// which it is repeated. The output is dense; strides are in elements. Axes that can be merged are merged.
///
/// Both operands have one element type, which is the output's, too, unless truth values come out. Integers wrap around;
/// division by zero gives zero. Only f32 results have an activation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Binary {
    /// The function.
    pub kind: BinaryKind,
    /// The places to visit, outermost axis first.
    pub shape: Vec<u32>,
    /// Strides of the first operand.
    pub a_strides: Vec<u32>,
    /// Strides of the second operand.
    pub b_strides: Vec<u32>,
    /// What is applied last.
    pub activation: Option<Unary>,
}

impl Binary {
    pub(super) fn check(&self, operands: &Operands) -> Result<(), String> {
        let ([a, b], y) = operands.io()?;
        let taken = a.element_type;
        let made = if self.kind.compares() { ElementType::Bool } else { taken };
        need(b.element_type == taken && y.element_type == made && self.kind.takes(taken), || {
            format!("{:?} of {taken:?} and {:?} to {:?}", self.kind, b.element_type, y.element_type)
        })?;
        need(self.activation.is_none() || made == ElementType::F32, || format!("an activation of {made:?}"))?;
        let places = self.shape.iter().try_fold(1u64, |n, &d| n.checked_mul(u64::from(d)));
        need(places.is_some() && places == y.elements(), || {
            format!("visits {:?} but the output is {:?}", self.shape, y.shape)
        })?;
        for (t, strides, what) in [(a, &self.a_strides, "first"), (b, &self.b_strides, "second")] {
            let end = reach(0, &self.shape, strides)?;
            need(t.elements().is_some_and(|n| end <= n), || {
                format!("reads {end} elements of its {what} operand {:?}", t.shape)
            })?;
        }
        Ok(())
    }

    /// Whether the operand at `index` is read exactly where the output is written.
    pub(super) fn works_in_place(&self, index: usize) -> bool {
        let strides = if index == 0 { &self.a_strides } else { &self.b_strides };
        let mut dense = 1u64;
        self.shape.iter().zip(strides).rev().all(|(&extent, &stride)| {
            let same = extent == 1 || u64::from(stride) == dense;
            dense = dense.saturating_mul(u64::from(extent));
            same
        })
    }
}
