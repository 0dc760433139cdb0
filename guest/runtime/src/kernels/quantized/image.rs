//! Images that need no padding.

use crate::kernels::Geometry;
use maasm_plan::op::{QuantizedConv, SLACK};

/// An image that needs no padding, with every group's channels filled up.
pub struct Image<'a> {
    pub x: &'a [u8],
    pub size: [usize; 2],
    pub channels: usize,
}

impl<'a> Image<'a> {
    /// What is read of one image of the batch: itself, where it needs no scratch memory, else a copy of it in the middle
    /// of a larger one of zeros.
    pub fn of(op: &QuantizedConv, geometry: &Geometry, x: &'a [u8], scratch: &'a mut [u8]) -> Self {
        let image = match scratch.is_empty() {
            true => Image { x, size: geometry.size, channels: geometry.channels },
            false => fill(op, geometry, x, scratch),
        };
        let reach = op.reach(geometry.out_size.map(|extent| extent as u32));
        assert!(
            reach[0] as usize <= image.size[0] && reach[1] as usize <= image.size[1],
            "the window leaves the image"
        );
        assert_eq!(image.channels, op.filled(geometry.channels as u32, geometry.out_channels as u32) as usize);
        let slack =
            if op.is_depthwise(geometry.channels as u32, geometry.out_channels as u32) { SLACK as usize } else { 0 };
        assert!(image.size[0] * image.size[1] * image.channels + slack <= image.x.len());
        image
    }

    /// How far rows lie apart.
    pub fn row_step(&self) -> usize {
        self.size[1] * self.channels
    }
}

/// Copies an image into the middle of a larger one of zeros.
fn fill<'a>(op: &QuantizedConv, geometry: &Geometry, x: &[u8], scratch: &'a mut [u8]) -> Image<'a> {
    let channels = op.filled(geometry.channels as u32, geometry.out_channels as u32) as usize;
    // A depthwise convolution's channels are filled up together.
    let groups = if op.is_depthwise(geometry.channels as u32, geometry.out_channels as u32) { 1 } else { op.groups };
    let (each, filled) = (geometry.channels / groups as usize, channels / groups as usize);
    let reach = op.reach(geometry.out_size.map(|extent| extent as u32));
    let size = [0, 1].map(|i| (reach[i] as usize).max(geometry.size[i]));
    let before = op.pad_before.map(|extent| extent as usize);
    scratch.fill(op.zero);
    let columns = geometry.size[1].min(size[1].saturating_sub(before[1]));
    for row in 0..geometry.size[0].min(size[0].saturating_sub(before[0])) {
        let from = &x[row * geometry.size[1] * geometry.channels..][..columns * geometry.channels];
        let to = ((row + before[0]) * size[1] + before[1]) * channels;
        let to = &mut scratch[to..to + columns * channels];
        match (each, filled) {
            _ if each == filled => to.copy_from_slice(from),
            (3, 4) => copy_fours(from, to, op.zero),
            _ => {
                for (to, from) in to.chunks_exact_mut(filled).zip(from.chunks_exact(each)) {
                    to[..each].copy_from_slice(from);
                }
            }
        }
    }
    Image { x: scratch, size, channels }
}

/// Pictures have three channels, too few for a copy each.
fn copy_fours(from: &[u8], to: &mut [u8], zero: u8) {
    for (to, from) in to.as_chunks_mut::<4>().0.iter_mut().zip(from.as_chunks::<3>().0) {
        *to = [from[0], from[1], from[2], zero];
    }
}
