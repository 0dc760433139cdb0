//! Depthwise convolution: every channel has its own filter.

use super::rescale::{self, LANES};
use super::{Operands, Output};
use crate::kernels::{Geometry, Window};
use crate::simd::{Dot, Finish, Kernel, Simd};
use maasm_plan::op::{MOST_CELLS, QuantizedConv};

const CELLS: usize = MOST_CELLS as usize;

/// A convolution to be run.
pub struct Depthwise<'a, 'b> {
    pub op: &'a QuantizedConv,
    pub geometry: &'a Geometry,
    pub operands: &'a Operands<'a>,
    pub y: &'a mut Output<'b>,
    /// A row of channels.
    pub scratch: &'a mut [u8],
}

impl Kernel for Depthwise<'_, '_> {
    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self { op, geometry, operands, y, scratch } = self;
        let window = Window { window: op.window, stride: op.stride, dilation: op.dilation, pad_before: op.pad_before };
        let channels = geometry.channels;
        let pixels = geometry.size[0] * geometry.size[1];
        let cells = op.window[0] as usize * op.window[1] as usize;
        assert!(cells <= CELLS && operands.weights.len() == cells * channels);
        assert!(operands.bias.len() == channels && operands.multipliers.len() == channels);
        // What a padded cell sees.
        scratch.fill(op.zero);
        let padding = &scratch[..channels];
        let finish = rescale::finish(op);
        for (place, [n, row, column]) in geometry.out_pixels().enumerate() {
            let mut seen = [padding; CELLS];
            for (cell, pixel) in window.cells(geometry.size, [row, column]) {
                seen[cell] = &operands.x[(n * pixels + pixel) * channels..][..channels];
            }
            let pixel = Pixel { seen: &seen[..cells], operands, channels, place: place * channels };
            pixel.run::<S::Dot>(finish, y);
        }
    }
}

/// One output pixel.
struct Pixel<'a> {
    /// The channels under each window cell.
    seen: &'a [&'a [u8]],
    operands: &'a Operands<'a>,
    channels: usize,
    /// Where its channels lie in the output.
    place: usize,
}

impl Pixel<'_> {
    #[inline(always)]
    fn run<D: Dot>(&self, mut finish: Finish, y: &mut Output) {
        let whole = self.channels - self.channels % LANES;
        for channel in (0..whole).step_by(LANES) {
            finish.multipliers.copy_from_slice(&self.operands.multipliers[channel..channel + LANES]);
            let bias = &self.operands.bias[channel..channel + LANES];
            // SAFETY: eight channels lie behind `channel` in the bias, under every cell and in every cell's weights, whose
            // lengths have been checked.
            let sums = unsafe { self.sums::<D>(bias.as_ptr(), channel) };
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
    unsafe fn sums<D: Dot>(&self, bias: *const i32, channel: usize) -> D::Sums {
        // SAFETY: the caller's promise.
        unsafe {
            let mut sums = D::load(bias);
            let weights = self.operands.weights.as_ptr();
            let at = |cell: usize| {
                (self.seen.get_unchecked(cell).as_ptr().add(channel), weights.add(cell * self.channels + channel))
            };
            let pairs = self.seen.len() / 2;
            for pair in 0..pairs {
                let ((x, weights), (other_x, other_weights)) = (at(2 * pair), at(2 * pair + 1));
                sums = D::products(sums, [x, other_x], [weights, other_weights]);
            }
            if self.seen.len() % 2 == 1 {
                const NOTHING: [i8; LANES] = [0; LANES];
                let (x, weights) = at(self.seen.len() - 1);
                sums = D::products(sums, [x, x], [weights, NOTHING.as_ptr()]);
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
                i32::from(x[channel]) * i32::from(self.operands.weights[cell * self.channels + channel])
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
