//! Tensors outside of a model: how their types are called, and what is in them.
//!
//! # Layout
//! - `agreement`: whether outputs say the same
//! - `json`: tensors as JSON, in the form of the Open Inference Protocol; `numbers`: their elements become bytes

mod agreement;
pub mod json;
pub mod numbers;

pub use agreement::{agree, same};

use crate::model::{ElementType, Tensor};
use half::f16;
use serde::Serialize;
use std::fmt::{Display, Formatter};

/// Every type: its name in `wit/model.wit`, its name in the Open Inference Protocol, its bytes.
const TYPES: [(ElementType, &str, &str, usize); 12] = [
    (ElementType::F32, "f32", "FP32", 4),
    (ElementType::F16, "f16", "FP16", 2),
    (ElementType::F64, "f64", "FP64", 8),
    (ElementType::I8, "i8", "INT8", 1),
    (ElementType::I16, "i16", "INT16", 2),
    (ElementType::I32, "i32", "INT32", 4),
    (ElementType::I64, "i64", "INT64", 8),
    (ElementType::U8, "u8", "UINT8", 1),
    (ElementType::U16, "u16", "UINT16", 2),
    (ElementType::U32, "u32", "UINT32", 4),
    (ElementType::U64, "u64", "UINT64", 8),
    (ElementType::Boolean, "boolean", "BOOL", 1),
];

fn row(element_type: ElementType) -> (&'static str, &'static str, usize) {
    let row = TYPES.iter().find(|row| row.0 == element_type).expect("every type has a row");
    (row.1, row.2, row.3)
}

/// As WIT names it.
pub fn name(element_type: ElementType) -> &'static str {
    row(element_type).0
}

/// A tensor's elements as f32 numbers.
pub fn floats(tensor: &Tensor) -> Vec<f32> {
    elements(tensor).map(Element::to_f32).collect()
}

/// Bytes of one element.
pub fn size(element_type: ElementType) -> usize {
    row(element_type).2
}

/// As the Open Inference Protocol names it.
pub fn datatype(element_type: ElementType) -> &'static str {
    row(element_type).1
}

/// What the Open Inference Protocol names so.
///
/// # Errors
/// If it is no type that a tensor can have.
pub fn element_type(datatype: &str) -> Result<ElementType, String> {
    let found = TYPES.iter().find(|row| row.2 == datatype).map(|row| row.0);
    found.ok_or_else(|| {
        let known: Vec<&str> = TYPES.iter().map(|row| row.2).collect();
        format!("datatype {datatype:?} is none of {}", known.join(", "))
    })
}

/// The bytes of one element.
pub fn width(element_type: ElementType) -> usize {
    row(element_type).2
}

/// How many elements a tensor of this shape has.
///
/// # Errors
/// If they are more than can be counted.
pub fn count(shape: &[u32]) -> Result<u64, String> {
    let product = shape.iter().try_fold(1, |product: u64, &extent| product.checked_mul(extent.into()));
    product.ok_or_else(|| "its shape has more elements than can be counted".into())
}

/// As the Open Inference Protocol names the type that WIT names so.
pub fn datatype_named(name: &str) -> Option<&'static str> {
    TYPES.iter().find(|row| row.1 == name).map(|row| row.2)
}

/// One element.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Element {
    /// Of `boolean`.
    Boolean(bool),
    /// Of a type of whole numbers.
    Signed(i64),
    /// Of a type of whole numbers that are not negative.
    Unsigned(u64),
    /// Of `f32`, or of `f16`, which it holds.
    Single(f32),
    /// Of `f64`.
    Double(f64),
}

impl Element {
    /// The nearest f32.
    pub fn to_f32(self) -> f32 {
        match self {
            Self::Boolean(value) => u8::from(value).into(),
            Self::Signed(value) => value as f32,
            Self::Unsigned(value) => value as f32,
            Self::Single(value) => value,
            Self::Double(value) => value as f32,
        }
    }
}

impl Display for Element {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Boolean(value) => value.fmt(formatter),
            Self::Signed(value) => value.fmt(formatter),
            Self::Unsigned(value) => value.fmt(formatter),
            Self::Single(value) => value.fmt(formatter),
            Self::Double(value) => value.fmt(formatter),
        }
    }
}

/// The elements of a tensor, in order.
pub fn elements(tensor: &Tensor) -> impl Iterator<Item = Element> + '_ {
    let read: fn(&[u8]) -> Element = match tensor.element_type {
        ElementType::F32 => |bytes| Element::Single(f32::from_le_bytes(fixed(bytes))),
        ElementType::F16 => |bytes| Element::Single(f16::from_le_bytes(fixed(bytes)).to_f32()),
        ElementType::F64 => |bytes| Element::Double(f64::from_le_bytes(fixed(bytes))),
        ElementType::I8 => |bytes| Element::Signed(i8::from_le_bytes(fixed(bytes)).into()),
        ElementType::I16 => |bytes| Element::Signed(i16::from_le_bytes(fixed(bytes)).into()),
        ElementType::I32 => |bytes| Element::Signed(i32::from_le_bytes(fixed(bytes)).into()),
        ElementType::I64 => |bytes| Element::Signed(i64::from_le_bytes(fixed(bytes))),
        ElementType::U8 => |bytes| Element::Unsigned(bytes[0].into()),
        ElementType::U16 => |bytes| Element::Unsigned(u16::from_le_bytes(fixed(bytes)).into()),
        ElementType::U32 => |bytes| Element::Unsigned(u32::from_le_bytes(fixed(bytes)).into()),
        ElementType::U64 => |bytes| Element::Unsigned(u64::from_le_bytes(fixed(bytes))),
        ElementType::Boolean => |bytes| Element::Boolean(bytes[0] != 0),
    };
    tensor.data.chunks_exact(width(tensor.element_type)).map(read)
}

fn fixed<const N: usize>(bytes: &[u8]) -> [u8; N] {
    bytes.try_into().expect("chunks have the type's width")
}
