//! Max and average pooling.

use super::{Operands, image, need, window_fits};
use crate::ElementType;
use alloc::format;
use alloc::string::String;
use serde::{Deserialize, Serialize};

/// What a pool makes of the cells under its window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PoolKind {
    /// The largest cell; padding never wins.
    Max,
    /// The mean of the cells that are not padding.
    Average,
    /// The sum of the cells divided by the whole window's size, padding counting as zeros.
    AverageWithPadding,
    /// The sum of the cells.
    Sum,
    /// Where the largest cell lies in the input seen as `[batch, channels, height, width]`, as i64.
    ArgMax,
    /// The same with height and width exchanged.
    ArgMaxColumnMajor,
}

impl PoolKind {
    /// Whether places come out instead of elements.
    pub const fn finds(self) -> bool {
        matches!(self, Self::ArgMax | Self::ArgMaxColumnMajor)
    }
}

/// Pooling of one f32 `[batch, height, width, channels]` input, channel by channel. The largest are also found of bytes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pool {
    /// What is made of the cells under the window.
    pub kind: PoolKind,
    /// Window height and width.
    pub window: [u32; 2],
    /// Step between output places, vertically and horizontally.
    pub stride: [u32; 2],
    /// Step between window cells, vertically and horizontally.
    pub dilation: [u32; 2],
    /// Rows of padding above and columns of padding to the left.
    pub pad_before: [u32; 2],
}

impl Pool {
    pub(super) fn check(&self, operands: &Operands) -> Result<(), String> {
        let ([x], y) = operands.io()?;
        let made = if self.kind.finds() { ElementType::I64 } else { x.element_type };
        let is_known =
            x.element_type == ElementType::F32 || x.element_type == ElementType::U8 && self.kind == PoolKind::Max;
        need(is_known && y.element_type == made, || {
            format!("{:?} of {:?} to {:?}", self.kind, x.element_type, y.element_type)
        })?;
        let [n, h, w, c] = image(x, "the input")?;
        let [on, oh, ow, oc] = image(y, "the output")?;
        need(n == on && c == oc, || format!("batch and channels {n}, {c} in, {on}, {oc} out"))?;
        window_fits(h, self.pad_before[0], self.window[0], self.stride[0], self.dilation[0], oh)?;
        window_fits(w, self.pad_before[1], self.window[1], self.stride[1], self.dilation[1], ow)
    }
}
