//! Element types, tensors and where they live.

use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// Every tensor starts at a multiple of this many bytes, in the arena and in the constants.
pub const ALIGNMENT: u64 = 64;

/// The type of a tensor's elements, named as in the Open Inference Protocol where it names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ElementType {
    /// 32-bit IEEE 754 float.
    F32,
    /// 16-bit IEEE 754 float.
    F16,
    /// 64-bit IEEE 754 float.
    F64,
    /// Signed 8-bit integer.
    I8,
    /// Unsigned 8-bit integer.
    U8,
    /// Signed 32-bit integer.
    I32,
    /// Signed 64-bit integer.
    I64,
    /// A byte that is 0 or 1.
    Bool,
    /// Signed 16-bit integer.
    I16,
    /// Unsigned 16-bit integer.
    U16,
    /// Unsigned 32-bit integer.
    U32,
    /// Unsigned 64-bit integer.
    U64,
}

impl ElementType {
    /// Bytes for one element.
    pub const fn size(self) -> u64 {
        match self {
            Self::I8 | Self::U8 | Self::Bool => 1,
            Self::F16 | Self::I16 | Self::U16 => 2,
            Self::F32 | Self::I32 | Self::U32 => 4,
            Self::F64 | Self::I64 | Self::U64 => 8,
        }
    }

    /// Whether the elements are whole numbers; truth values are not.
    pub const fn is_integer(self) -> bool {
        !matches!(self, Self::F32 | Self::F16 | Self::F64 | Self::Bool)
    }

    /// Whether kernels compute with it: floats other than f32 are cast on their way in and out.
    pub const fn is_computed(self) -> bool {
        !matches!(self, Self::F16 | Self::F64)
    }
}

/// An index into [`Plan::tensors`](crate::Plan::tensors).
pub type TensorId = u32;

/// Where a tensor's bytes are. Offsets are in bytes and multiples of [`ALIGNMENT`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Place {
    /// In the arena: written by a step or by the caller, and overwritten once nothing needs it.
    Arena(u64),
    /// In the constants: never written.
    Constants(u64),
}

/// A dense, row-major tensor of fixed shape.
///
/// The shape is *physical*: an image activation is `[batch, height, width, channels]` whatever the source model's
/// own order was. [`Port`](crate::Port) keeps the order in which the outside world sees inputs and outputs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tensor {
    /// The type of every element.
    pub element_type: ElementType,
    /// The extent of every axis; empty for a scalar.
    pub shape: Vec<u32>,
    /// Where the bytes are.
    pub place: Place,
}

impl Tensor {
    /// How many elements the shape holds, or `None` if that overflows.
    pub fn elements(&self) -> Option<u64> {
        self.shape.iter().try_fold(1u64, |n, &d| n.checked_mul(u64::from(d)))
    }

    /// How many bytes the tensor takes, or `None` if that overflows.
    pub fn bytes(&self) -> Option<u64> {
        self.elements()?.checked_mul(self.element_type.size())
    }
}
