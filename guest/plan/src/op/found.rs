//! Results whose number depends on the input: rows of i64, of which those that are not used are −1 throughout.

use super::{Operands, need};
use crate::{ElementType, Tensor};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// ONNX's NonMaxSuppression: the boxes of each class that no better one overlaps too much, the best first.
///
/// Inputs: boxes (f32 `[batch, boxes, 4]`), scores (f32 `[batch, classes, boxes]`), how many are kept of a class at most
/// (i64, one element), the overlap above which a box is dropped, and the score that a box must exceed (f32, one element
/// each). Output: i64 `[batch · classes · limit, 3]`: batch, class and box. `scratch` holds `boxes` values of u32.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suppress {
    /// Pictures.
    pub batch: u32,
    /// Classes.
    pub classes: u32,
    /// Boxes of a picture.
    pub boxes: u32,
    /// Rows that there are for a class.
    pub limit: u32,
    /// Whether a box is its centre and size, else two corners.
    pub centred: bool,
}

/// Where the input is not zero: i64 `[elements, axes]`, in row-major order of the input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NonZero {
    /// The input's axes.
    pub shape: Vec<u32>,
}

/// How many rows of an i64 input, seen as `[rows, width]`, are used: a single i64.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// Elements of a row.
    pub width: u32,
}

fn product(extents: &[u32]) -> Option<u64> {
    extents.iter().try_fold(1u64, |n, &d| n.checked_mul(u64::from(d)))
}

fn is(tensor: &Tensor, element_type: ElementType, elements: Option<u64>) -> bool {
    tensor.element_type == element_type && elements.is_some() && tensor.elements() == elements
}

impl Suppress {
    pub(super) fn check(&self, operands: &Operands) -> Result<(), String> {
        let ([boxes, scores, most, overlap, score], y) = operands.io()?;
        let rows = product(&[self.batch, self.classes, self.limit, 3]);
        let scratch = operands.scratch.is_some_and(|s| is(s, ElementType::U32, Some(self.boxes.into())));
        let fits = is(boxes, ElementType::F32, product(&[self.batch, self.boxes, 4]))
            && is(scores, ElementType::F32, product(&[self.batch, self.classes, self.boxes]))
            && is(most, ElementType::I64, Some(1))
            && is(overlap, ElementType::F32, Some(1))
            && is(score, ElementType::F32, Some(1))
            && is(y, ElementType::I64, rows)
            && scratch;
        need(fits, || format!("{self:?} does not describe {:?} and {:?} to {:?}", boxes.shape, scores.shape, y.shape))
    }
}

impl NonZero {
    pub(super) fn check(&self, operands: &Operands) -> Result<(), String> {
        let ([x], y) = operands.io()?;
        let elements = product(&self.shape);
        let rows = elements.and_then(|n| n.checked_mul(self.shape.len() as u64));
        let fits = x.element_type.is_computed() && x.elements() == elements && is(y, ElementType::I64, rows);
        need(fits && self.shape.len() <= 8, || format!("{self:?} does not describe {:?} to {:?}", x.shape, y.shape))
    }
}

impl Count {
    pub(super) fn check(&self, operands: &Operands) -> Result<(), String> {
        let ([x], y) = operands.io()?;
        let whole = self.width > 0 && x.elements().is_some_and(|n| n.is_multiple_of(u64::from(self.width)));
        need(whole && x.element_type == ElementType::I64 && is(y, ElementType::I64, Some(1)), || {
            format!("rows of {} do not make up {:?}", self.width, x.shape)
        })
    }
}
