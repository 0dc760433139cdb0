//! The image that a convolution slides over: numbers of 16 bits, less zero, padding and all.

use super::Bytes;
use crate::kernels::Geometry;
use maasm_plan::op::QLinearConv;

/// An image that needs no padding.
pub struct Image<'a> {
    /// Its numbers.
    pub x: &'a [i16],
    /// How far it is from one row to the next, and from one pixel to the next.
    pub steps: [usize; 2],
}

/// Copies image `n` into the middle of one of zeros that is as large as what the windows see, its channels filled up.
#[inline(always)]
pub fn fill<'a>(op: &QLinearConv, geometry: &Geometry, x: &Bytes, n: usize, scratch: &'a mut [i16]) -> Image<'a> {
    let depthwise = op.is_depthwise(geometry.channels as u32, geometry.out_channels as u32);
    let channels = op.filled(geometry.channels as u32, geometry.out_channels as u32) as usize;
    let runs = if depthwise { 1 } else { op.groups as usize };
    let (each, filled) = (geometry.channels / runs, channels / runs);
    let size = op.reach(geometry.out_size.map(|extent| extent as u32)).map(|extent| extent as usize);
    let before = op.pad_before.map(|extent| extent as usize);
    let inside = [0, 1].map(|axis| geometry.size[axis].min(size[axis].saturating_sub(before[axis])));
    assert!(scratch.len() >= size[0] * size[1] * channels, "the scratch memory is too small");
    if inside != size || each != filled {
        scratch.fill(0);
    }
    let x = Bytes { bytes: &x.bytes[n * geometry.size[0] * geometry.size[1] * geometry.channels..], ..*x };
    for row in 0..inside[0] {
        let from = &x.bytes[row * geometry.size[1] * geometry.channels..][..inside[1] * geometry.channels];
        let to = ((row + before[0]) * size[1] + before[1]) * channels;
        let to = &mut scratch[to..to + inside[1] * channels];
        if each == filled {
            centre(&x, from, to);
        } else {
            for (to, from) in to.chunks_exact_mut(filled).zip(from.chunks_exact(each)) {
                centre(&x, from, &mut to[..each]);
            }
        }
    }
    Image { x: scratch, steps: [size[1] * channels, channels] }
}

#[inline(always)]
fn centre(x: &Bytes, from: &[u8], to: &mut [i16]) {
    for (to, &from) in to.iter_mut().zip(from) {
        *to = x.centred(from);
    }
}
