//! Pictures looked at through a grid.

use super::{Operands, need};
use alloc::format;
use alloc::string::String;
use serde::{Deserialize, Serialize};

/// ONNX's GridSample of f32 `[batch, depth, height, width, channels]` at the coordinates of f32
/// `[batch, places, axes]`, to `[batch, places, channels]`. Coordinates run from −1 to 1 along each axis, the last axis
/// (width) first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GridSample {
    /// Pictures.
    pub batch: u32,
    /// Channels.
    pub channels: u32,
    /// Depth, height and width; 1 where there are fewer axes.
    pub extents: [u32; 3],
    /// How many of the last of these axes the coordinates tell.
    pub axes: u32,
    /// Places of the grid for each picture.
    pub places: u32,
    /// How what lies between pixels is found.
    pub mode: GridMode,
    /// What there is beyond the edges.
    pub border: GridBorder,
    /// Whether −1 and 1 are the centres of the outermost pixels, else their outer edges.
    pub align_corners: bool,
}

/// How what lies between pixels is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum GridMode {
    /// The nearest pixel, halves to the even one.
    Nearest,
    /// Linear along every axis.
    Linear,
    /// Cubic along every axis (a = −0.75).
    Cubic,
}

/// What there is beyond the edges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum GridBorder {
    /// Zeros.
    Zeros,
    /// The outermost pixels repeated.
    Edge,
    /// The picture mirrored.
    Reflection,
}

impl GridSample {
    pub(super) fn check(&self, operands: &Operands) -> Result<(), String> {
        let ([x, grid], y) = operands.f32_io()?;
        let product = |extents: &[u32]| extents.iter().try_fold(1u64, |n, &d| n.checked_mul(u64::from(d)));
        let [depth, height, width] = self.extents;
        let fits = product(&[self.batch, depth, height, width, self.channels]) == x.elements()
            && product(&[self.batch, self.places, self.axes]) == grid.elements()
            && product(&[self.batch, self.places, self.channels]) == y.elements()
            && (1..=3).contains(&self.axes)
            && self.extents.iter().all(|&extent| extent > 0);
        need(fits && x.elements().is_some(), || {
            format!("{self:?} does not describe {:?} and {:?} to {:?}", x.shape, grid.shape, y.shape)
        })
    }
}
