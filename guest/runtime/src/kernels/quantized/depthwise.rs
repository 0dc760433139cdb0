//! Depthwise convolution: every channel has its own filter.

use super::rescale::{self, LANES};
use super::{Operands, Output, Work};
use crate::kernels::{Geometry, Window};
use crate::simd::{Dot, Finish, Kernel, Simd};
use maasm_plan::op::{MOST_CELLS, QuantizedConv};
use std::ops::Range;

const CELLS: usize = MOST_CELLS as usize;

/// A convolution to be run.
pub struct Depthwise<'a, 'b>(pub Work<'a, 'b>);

impl Kernel for Depthwise<'_, '_> {
    #[inline(always)]
    fn run<S: Simd>(self) {
        let Work { op, geometry, operands, y, scratch } = self.0;
        let window = Window { window: op.window, stride: op.stride, dilation: op.dilation, pad_before: op.pad_before };
        let channels = geometry.channels;
        let pixels = geometry.size[0] * geometry.size[1];
        let cells = op.window[0] as usize * op.window[1] as usize;
        assert!(cells <= CELLS && operands.weights.len() == cells * channels);
        assert!(operands.bias.len() == channels && operands.multipliers.len() == channels);
        assert!(operands.x.len() >= geometry.batch * pixels * channels && scratch.len() >= channels);
        // What a padded cell sees.
        scratch.fill(op.zero);
        let finish = rescale::finish(op);
        let inside = [0, 1].map(|axis| inside(op, geometry, axis));
        let mut seen = [scratch.as_ptr(); CELLS];
        for (place, [n, row, column]) in geometry.out_pixels().enumerate() {
            let (is_inside, follows) = (inside[0].contains(&row) && inside[1].contains(&column), column > 0);
            if is_inside && follows && inside[1].contains(&(column - 1)) {
                // Everything lies one step further than for the pixel before.
                let step = op.stride[1] as usize * channels;
                // SAFETY: no cell of either pixel is padding.
                seen[..cells].iter_mut().for_each(|seen| *seen = unsafe { seen.add(step) });
            } else {
                seen[..cells].fill(scratch.as_ptr());
                for (cell, pixel) in window.cells(geometry.size, [row, column]) {
                    seen[cell] = operands.x[(n * pixels + pixel) * channels..].as_ptr();
                }
            }
            let pixel = Pixel { seen: &seen[..cells], operands, channels, place: place * channels };
            match cells {
                // The usual ones, which are unrolled.
                9 => pixel.run::<S::Dot, 9>(finish, y),
                25 => pixel.run::<S::Dot, 25>(finish, y),
                _ => pixel.run::<S::Dot, 0>(finish, y),
            }
        }
    }
}

/// The output places along an axis none of whose cells is padding.
fn inside(op: &QuantizedConv, geometry: &Geometry, axis: usize) -> Range<usize> {
    let [before, stride] = [op.pad_before[axis] as usize, op.stride[axis] as usize];
    let reach = (op.window[axis] as usize - 1) * op.dilation[axis] as usize;
    let end = (geometry.size[axis] + before).checked_sub(reach).map_or(0, |places| places.div_ceil(stride));
    before.div_ceil(stride)..end.min(geometry.out_size[axis])
}

/// One output pixel.
struct Pixel<'a> {
    /// Where the channels under each window cell begin.
    seen: &'a [*const u8],
    operands: &'a Operands<'a>,
    channels: usize,
    /// Where its channels lie in the output.
    place: usize,
}

impl Pixel<'_> {
    /// `KNOWN` is the number of cells, or 0 if it is not known beforehand.
    #[inline(always)]
    fn run<D: Dot, const KNOWN: usize>(&self, mut finish: Finish, y: &mut Output) {
        let mut known = [std::ptr::null(); KNOWN];
        if KNOWN > 0 {
            known.copy_from_slice(self.seen);
        }
        let seen = if KNOWN > 0 { &known[..] } else { self.seen };
        let whole = self.channels - self.channels % LANES;
        for channel in (0..whole).step_by(LANES) {
            // SAFETY: eight channels lie behind `channel` in bias and multipliers, under every cell and in every cell's
            // weights, as has been checked.
            let sums = unsafe {
                let multipliers = self.operands.multipliers.as_ptr().add(channel).cast::<[f32; LANES]>();
                finish.multipliers = multipliers.read_unaligned();
                self.sums::<D>(seen, self.operands.bias.as_ptr().add(channel), channel)
            };
            let places = self.place + channel..self.place + channel + LANES;
            super::write::<D>(sums, &finish, self.operands.residual, places, y);
        }
        if whole < self.channels {
            self.last::<D>(whole, finish, y);
        }
    }

    /// # Safety
    /// Eight channels lie behind `bias`, and behind `channel` under every cell.
    #[inline(always)]
    unsafe fn sums<D: Dot>(&self, seen: &[*const u8], bias: *const i32, channel: usize) -> D::Sums {
        const NOTHING: [i8; LANES] = [0; LANES];
        // SAFETY: the caller's promise.
        unsafe {
            let mut sums = D::load(bias);
            let weights = self.operands.weights.as_ptr().add(channel);
            let mut cell = 0;
            while cell + 1 < seen.len() {
                let inputs = [seen[cell].add(channel), seen[cell + 1].add(channel)];
                let rows = [weights.add(cell * self.channels), weights.add((cell + 1) * self.channels)];
                sums = D::products(sums, inputs, rows);
                cell += 2;
            }
            if cell < seen.len() {
                let input = seen[cell].add(channel);
                sums = D::products(sums, [input, input], [weights.add(cell * self.channels), NOTHING.as_ptr()]);
            }
            sums
        }
    }

    /// Fewer channels than eight.
    #[inline(always)]
    fn last<D: Dot>(&self, first: usize, mut finish: Finish, y: &mut Output) {
        let mut sums = [0; LANES];
        for (sum, channel) in sums.iter_mut().zip(first..self.channels) {
            let cells = self.seen.iter().enumerate();
            let products = cells.map(|(cell, x)| {
                // SAFETY: every cell has all channels.
                let x = unsafe { *x.add(channel) };
                i32::from(x) * i32::from(self.operands.weights[cell * self.channels + channel])
            });
            *sum = self.operands.bias[channel] + products.sum::<i32>();
        }
        let count = self.channels - first;
        finish.multipliers[..count].copy_from_slice(&self.operands.multipliers[first..]);
        // SAFETY: there are eight sums.
        let sums = unsafe { D::load(sums.as_ptr()) };
        super::write::<D>(sums, &finish, self.operands.residual, self.place + first..self.place + self.channels, y);
    }
}
