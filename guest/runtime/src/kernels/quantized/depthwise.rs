//! Depthwise convolution: every channel has its own filter.
//!
//! Four rows of a column lie interleaved, eight channels at a time, and are multiplied at once; neighbouring pixels share
//! the columns under their windows.

use super::image::Image;
use super::rescale::{self, LANES};
use super::{Operands, Output, Work};
use crate::kernels::Geometry;
use crate::simd::{Dot, Finish, Kernel, Simd};
use maasm_plan::op::{QUAD, QuantizedConv, SLACK};

/// Neighbouring pixels at once.
const TILE: usize = 4;
/// The most rows of a window for which there are tiles.
const MOST_ROWS: usize = 5;

const FOUR: usize = QUAD as usize;
/// Weights of four rows of a column, eight channels each.
const WEIGHTS: usize = FOUR * LANES;

/// A convolution to be run.
pub struct Depthwise<'a, 'b>(pub Work<'a, 'b>);

impl Kernel for Depthwise<'_, '_> {
    #[inline(always)]
    fn run<S: Simd>(self) {
        let Work { op, geometry, operands, y, scratch } = self.0;
        let channels = geometry.channels;
        let image_len = geometry.size[0] * geometry.size[1] * channels;
        let block_len = op.window[1] as usize * (op.window[0] as usize).div_ceil(FOUR) * WEIGHTS;
        assert!(operands.weights.len() == channels.div_ceil(LANES) * block_len);
        assert!(operands.bias.len() == channels && operands.multipliers.len() == channels);
        let [out_height, out_width] = geometry.out_size;
        let mut place = 0;
        for n in 0..geometry.batch {
            let image = Image::of(op, geometry, &operands.x[n * image_len..][..image_len], scratch);
            let convolution = Convolution { op, geometry, operands, image, block_len, finish: rescale::finish(op) };
            for row in 0..out_height {
                convolution.row::<S::Dot>(row, place, y);
                place += out_width * channels;
            }
        }
    }
}

struct Convolution<'a> {
    op: &'a QuantizedConv,
    geometry: &'a Geometry,
    operands: &'a Operands<'a>,
    image: Image<'a>,
    /// Weights of eight channels.
    block_len: usize,
    finish: Finish,
}

impl Convolution<'_> {
    /// One row of the output, which begins at this place.
    #[inline(always)]
    fn row<D: Dot>(&self, row: usize, place: usize, y: &mut Output) {
        let Self { op, geometry, .. } = self;
        let (channels, width) = (geometry.channels, geometry.out_size[1]);
        let whole = channels / LANES;
        let stride = op.stride[1] as usize;
        let mut first = 0;
        if let Output::Bytes(y) = &mut *y
            && self.operands.residual.is_none()
            && width >= TILE
            && op.dilation == [1, 1]
            && [3, 5].contains(&op.window[0])
            && op.window[0] == op.window[1]
            && stride <= 2
        {
            let reach = place + width * channels;
            assert!(reach <= y.len());
            for column in (0..width).step_by(TILE) {
                // The last tile computes some pixels again.
                let column = column.min(width - TILE);
                let at = (row * op.stride[0] as usize * self.image.size[1] + column * stride) * self.image.channels;
                let place = place + column * channels;
                let mut rows = [&self.image.x[at..]; MOST_ROWS].map(<[u8]>::as_ptr);
                for (i, place) in rows.iter_mut().enumerate() {
                    let i = i.min(op.window[0] as usize - 1);
                    // SAFETY: the window lies inside the image, as it has made sure.
                    *place = unsafe { place.add(i * self.image.row_step()) };
                }
                let tile = Tile {
                    rows,
                    column_step: self.image.channels,
                    weights: self.operands.weights.as_ptr(),
                    bias: self.operands.bias.as_ptr(),
                    multipliers: self.operands.multipliers.as_ptr(),
                    finish: &self.finish,
                    to: y[place..].as_mut_ptr(),
                    step: channels,
                    columns: (TILE - 1) * stride + op.window[1] as usize,
                    blocks: whole,
                };
                // SAFETY: windows lie inside the image and the output's places inside the output, as has been checked;
                // there are as many weights, biases and multipliers as channels.
                unsafe {
                    match (op.window[0], stride) {
                        (3, 1) => tile.run::<D, 3, 1>(),
                        (3, _) => tile.run::<D, 3, 2>(),
                        (_, 1) => tile.run::<D, 5, 1>(),
                        _ => tile.run::<D, 5, 2>(),
                    }
                }
            }
            first = whole;
        }
        for block in first..channels.div_ceil(LANES) {
            for column in 0..width {
                self.block::<D>(row, column, block, place + column * channels, y);
            }
        }
    }

    /// Up to eight channels of one pixel.
    fn block<D: Dot>(&self, row: usize, column: usize, block: usize, place: usize, y: &mut Output) {
        let Self { op, geometry, operands, image, .. } = self;
        let channels = block * LANES..geometry.channels.min((block + 1) * LANES);
        let mut bias = [0; LANES];
        bias[..channels.len()].copy_from_slice(&operands.bias[channels.clone()]);
        let [rows, columns] = op.window.map(|extent| extent as usize);
        let [row_dilation, column_dilation] = op.dilation.map(|extent| extent as usize);
        let at = (row * op.stride[0] as usize * image.size[1] + column * op.stride[1] as usize) * image.channels
            + channels.start;
        let mut fours = operands.weights[block * self.block_len..][..self.block_len].chunks_exact(WEIGHTS);
        let mut all = [0; LANES];
        // SAFETY: there is room for eight sums; the image has eight channels wherever the window lies, and
        // as many bytes behind them.
        unsafe {
            let mut sums = D::load(bias.as_ptr());
            for column in 0..columns {
                for first in (0..rows).step_by(FOUR) {
                    let inputs = [0, 1, 2, 3].map(|i| {
                        let row = (first + i).min(rows - 1) * row_dilation;
                        let from = at + row * image.row_step() + column * column_dilation * image.channels;
                        image.x[from..from + LANES + SLACK as usize].as_ptr()
                    });
                    let weights = fours.next().expect("there are weights for every four rows");
                    sums = D::dot(sums, [D::weights(weights.as_ptr())], [D::interleave(inputs)]);
                }
            }
            D::store(all.as_mut_ptr(), sums);
        }
        let places = place + channels.start..place + channels.end;
        rescale::write::<D>(&all, &operands.multipliers[channels], &self.finish, operands.residual, places, y);
    }
}

/// Four neighbouring pixels.
struct Tile<'a> {
    /// Where the rows under the first pixel's window begin.
    rows: [*const u8; MOST_ROWS],
    /// From one input column to the next.
    column_step: usize,
    weights: *const i8,
    bias: *const i32,
    multipliers: *const f32,
    finish: &'a Finish,
    to: *mut u8,
    /// From one output pixel to the next.
    step: usize,
    /// How many columns lie under the windows of all pixels.
    columns: usize,
    /// How many times eight channels there are.
    blocks: usize,
}

impl Tile<'_> {
    /// `WINDOW` is the window's height and width.
    ///
    /// # Safety
    /// The windows of all pixels lie inside the image; there are weights, biases and multipliers of all channels, and the
    /// output has room for all of every pixel's.
    // In WebAssembly a function of its own that does nothing else, or the host's register allocation suffers.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    unsafe fn run<D: Dot, const WINDOW: usize, const STRIDE: usize>(&self) {
        let fours = const { WINDOW.div_ceil(FOUR) };
        let mut weights = self.weights;
        // SAFETY: the caller's promise.
        unsafe {
            for channel in (0..self.blocks * LANES).step_by(LANES) {
                let mut sums = [D::load(self.bias.add(channel)); TILE];
                // Unrolled, or sums do not stay in registers.
                macro_rules! columns {
                    ($($column:literal)*) => {'all: {$(
                        if const { $column < (TILE - 1) * STRIDE + WINDOW } {
                            self.column::<D, WINDOW, STRIDE, $column>(&mut sums, channel, weights);
                        }
                        // An exit behind every column keeps compilers from reordering across columns, which would need
                        // more registers than there are.
                        if self.columns == $column + 1 {
                            break 'all;
                        }
                    )*}};
                }
                columns!(0 1 2 3 4 5 6 7 8 9 10);
                let (multipliers, to) = (self.multipliers.add(channel), self.to.add(channel));
                let to = |pixel: usize| to.add(pixel * self.step);
                D::finish([sums[0], sums[1]], multipliers, self.finish, None, [to(0), to(1)]);
                D::finish([sums[2], sums[3]], multipliers, self.finish, None, [to(2), to(3)]);
                weights = weights.add(WINDOW * fours * WEIGHTS);
            }
        }
    }

    /// Adds the products of one input column to the sums of all pixels whose windows have it.
    ///
    /// # Safety
    /// As for `run`; these are the weights of eight channels from `channel` on.
    #[inline(always)]
    unsafe fn column<D: Dot, const WINDOW: usize, const STRIDE: usize, const COLUMN: usize>(
        &self,
        sums: &mut [D::Sums; TILE],
        channel: usize,
        weights: *const i8,
    ) {
        let fours = const { WINDOW.div_ceil(FOUR) };
        macro_rules! pixels {
            ($inputs:ident, $four:literal, $($pixel:literal)*) => {$(
                if const { COLUMN >= $pixel * STRIDE && COLUMN < $pixel * STRIDE + WINDOW } {
                    let place = (COLUMN - $pixel * STRIDE) * fours + $four;
                    // SAFETY: the caller's promise.
                    sums[$pixel] = unsafe { D::dot(sums[$pixel], [D::weights(weights.add(place * WEIGHTS))], [$inputs]) };
                }
            )*};
        }
        macro_rules! fours {
            ($($four:literal)*) => {$(
                if $four < fours {
                    // What lies behind the window's last row has weights of zero.
                    let rows = [0, 1, 2, 3].map(|i| self.rows[($four * FOUR + i).min(MOST_ROWS - 1)]);
                    // SAFETY: the caller's promise.
                    let inputs = unsafe { D::interleave(rows.map(|row| row.add(COLUMN * self.column_step + channel))) };
                    pixels!(inputs, $four, 0 1 2 3);
                }
            )*};
        }
        fours!(0 1);
    }
}
