//! Reading and writing at computed places.

use super::copy::reach;
use super::{Operands, need};
use crate::{ElementType, Tensor};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// Where blocks of elements lie in a tensor, by indices that are computed: at each place `p` of `shape` there is an
/// index tuple, and the block begins at
/// `Σ p[axis] · strides[axis] + Σ tuple[c] · components[c].stride`.
///
/// The tuple is read at `Σ p[axis] · index_strides[axis]`, its elements side by side. Indices are i32 or i64; negative
/// ones count from the end, and others out of range end the run with an error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Places {
    /// The places to visit, outermost axis first.
    pub shape: Vec<u32>,
    /// How far the block moves along each axis of `shape`.
    pub strides: Vec<u32>,
    /// How far the tuple moves along each axis of `shape`.
    pub index_strides: Vec<u32>,
    /// What each element of the tuple means.
    pub components: Vec<Component>,
    /// Elements of a block, side by side.
    pub block: u32,
}

/// An axis that an index counts along.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Component {
    /// How long the axis is.
    pub extent: u32,
    /// How far the block moves for each step along it.
    pub stride: u32,
}

/// What becomes of an element that is written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Combine {
    /// The new one takes its place.
    Replace,
    /// Their sum.
    Add,
    /// Their product.
    Mul,
    /// The smaller one.
    Min,
    /// The larger one.
    Max,
}

/// Blocks read at [`Places`] of the first input, by the indices that are the second, and written one after the other.
/// Input and output have one element type, any one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gather {
    /// Where they are read.
    pub places: Places,
}

/// The first input with blocks at [`Places`] combined with those of the third, by the indices that are the second.
/// Blocks of the third input lie one after the other. An element type that [computes](ElementType::is_computed), or
/// any one if `combine` is `Replace`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scatter {
    /// Where they are written.
    pub places: Places,
    /// What becomes of the elements there.
    pub combine: Combine,
}

impl Places {
    /// Whether all places lie in `whole`, the indices in `indices`, and the blocks together make up `blocks`.
    fn check(&self, whole: &Tensor, indices: &Tensor, blocks: &Tensor) -> Result<(), String> {
        need(matches!(indices.element_type, ElementType::I32 | ElementType::I64), || {
            format!("its indices are {:?}, not integers of 32 or 64 bits", indices.element_type)
        })?;
        need(self.block > 0 && self.components.iter().all(|c| c.extent > 0) && self.components.len() <= 8, || {
            format!("blocks of {} by {:?}", self.block, self.components)
        })?;
        let count = self.shape.iter().try_fold(u64::from(self.block), |n, &d| n.checked_mul(u64::from(d)));
        need(count.is_some() && count == blocks.elements(), || {
            format!("{:?} blocks of {} are not {:?}", self.shape, self.block, blocks.shape)
        })?;
        let tuples = reach(0, &self.shape, &self.index_strides)?.checked_add(self.components.len() as u64);
        need(tuples.zip(indices.elements()).is_some_and(|(end, n)| end <= n + 1), || {
            format!("reads behind its indices {:?}", indices.shape)
        })?;
        let mut end = reach(0, &self.shape, &self.strides)?.checked_add(u64::from(self.block) - 1);
        for component in &self.components {
            let along = u64::from(component.extent - 1).checked_mul(u64::from(component.stride));
            end = end.zip(along).and_then(|(end, along)| end.checked_add(along));
        }
        need(end.zip(whole.elements()).is_some_and(|(end, n)| end <= n), || format!("reaches behind {:?}", whole.shape))
    }
}

impl Gather {
    pub(super) fn check(&self, operands: &Operands) -> Result<(), String> {
        let ([x, indices], y) = operands.io()?;
        need(x.element_type == y.element_type, || format!("gathers {:?} to {:?}", x.element_type, y.element_type))?;
        self.places.check(x, indices, y)
    }
}

impl Scatter {
    pub(super) fn check(&self, operands: &Operands) -> Result<(), String> {
        let ([x, indices, updates], y) = operands.io()?;
        let same = x.element_type == y.element_type && updates.element_type == y.element_type;
        let combines =
            self.combine == Combine::Replace || y.element_type.is_integer() || y.element_type == ElementType::F32;
        need(same && combines && x.elements() == y.elements(), || {
            format!("{:?} of {x:?} and {updates:?} to {y:?}", self.combine)
        })?;
        self.places.check(y, indices, updates)
    }
}
