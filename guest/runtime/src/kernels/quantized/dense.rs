//! Dense and grouped convolution: tiles of some pixels by eight output channels.
//!
//! Inputs are read from an image that needs no padding, whose groups have channels in fours. For every window row, or cell,
//! the inputs under the window are then contiguous, and four of them are multiplied at once. Products of two fours are
//! added up in 16 bits first.
//!
//! # Layout
//! - `tile`: the sums of a tile, which is where the time goes; `finish`: what becomes of them

mod finish;
mod tile;

use super::image::Image;
use super::rescale::{self, LANES};
use super::{Operands, Output, Work};
use crate::kernels::Geometry;
use crate::simd::{Dot, Finish, Kernel, Simd};
use maasm_plan::op::{QUAD, QUANTIZED_PANEL, QuantizedConv};
use tile::{Spans, Sums, Tile};

/// Pixels whose inputs stay in the cache while all panels pass by.
const BLOCK: usize = 5 * tile::PIXELS;
const COLUMNS: usize = QUANTIZED_PANEL as usize;
const FOUR: usize = QUAD as usize;

/// A convolution to be run.
pub struct Dense<'a, 'b>(pub Work<'a, 'b>);

impl Kernel for Dense<'_, '_> {
    #[inline(always)]
    fn run<S: Simd>(self) {
        let Work { op, geometry, operands, y, scratch } = self.0;
        let image_len = geometry.size.iter().product::<usize>() * geometry.channels;
        let places = geometry.out_size.iter().product::<usize>();
        let groups = op.groups as usize;
        let panels = groups * (geometry.out_channels / groups).div_ceil(COLUMNS);
        for n in 0..geometry.batch {
            let image = Image::of(op, geometry, &operands.x[n * image_len..][..image_len], scratch);
            let positions = op.window[0] as usize * op.window[1] as usize * image.channels / groups;
            assert_eq!(panels * positions * COLUMNS, operands.weights.len());
            assert!(
                operands.bias.len() == geometry.out_channels && operands.multipliers.len() == geometry.out_channels
            );
            let convolution = Convolution { op, geometry, operands, image, finish: rescale::finish(op) };
            convolution.run::<S::Dot>(n * places, y);
        }
    }
}

struct Convolution<'a> {
    op: &'a QuantizedConv,
    geometry: &'a Geometry,
    operands: &'a Operands<'a>,
    image: Image<'a>,
    finish: Finish,
}

impl Convolution<'_> {
    /// Where the contiguous runs of input under a window begin, and how many fours each has.
    fn spans(&self) -> (Vec<usize>, usize) {
        let [rows, columns] = self.op.window.map(|extent| extent as usize);
        let each = self.image.channels / self.op.groups as usize;
        let [row_step, column_step] = [self.image.row_step(), self.image.channels];
        let [row_step, column_step] =
            [row_step * self.op.dilation[0] as usize, column_step * self.op.dilation[1] as usize];
        let quads = self.op.contiguous(self.geometry.channels as u32) as usize;
        let columns = columns * each / FOUR / quads;
        let places = (0..rows).flat_map(|row| (0..columns).map(move |column| row * row_step + column * column_step));
        (places.collect(), quads)
    }

    #[inline(always)]
    fn run<D: Dot>(&self, first_pixel: usize, y: &mut Output) {
        let (places, quads) = self.spans();
        let spans = Spans { places: &places, quads };
        let out_width = self.geometry.out_size[1];
        let pixels = self.geometry.out_size[0] * out_width;
        let groups = self.op.groups as usize;
        let [each, out_channels] = [self.image.channels, self.geometry.out_channels].map(|channels| channels / groups);
        let panels = out_channels.div_ceil(COLUMNS);
        let panel_len = spans.places.len() * spans.quads * FOUR * COLUMNS;
        let [row_stride, column_stride] = self.op.stride.map(|extent| extent as usize);
        let mut sums = [[0; LANES]; tile::PIXELS];
        let mut offsets = [0; BLOCK];
        let (mut row, mut column) = (0, 0);
        for start in (0..pixels).step_by(BLOCK) {
            let block = BLOCK.min(pixels - start);
            for offset in &mut offsets[..block] {
                *offset = (row * row_stride * self.image.size[1] + column * column_stride) * self.image.channels;
                column += 1;
                if column == out_width {
                    (row, column) = (row + 1, 0);
                }
            }
            for group in 0..groups {
                for panel in 0..panels {
                    let columns = (out_channels - panel * COLUMNS).min(COLUMNS);
                    let first = group * out_channels + panel * COLUMNS;
                    let channels = first..first + columns;
                    let mut bias = [0; LANES];
                    bias[..columns].copy_from_slice(&self.operands.bias[channels.clone()]);
                    let weights = &self.operands.weights[(group * panels + panel) * panel_len..][..panel_len];
                    let panel = Panel {
                        spans,
                        x: &self.image.x[group * each..],
                        offsets: &offsets[..block],
                        weights,
                        bias,
                        multipliers: &self.operands.multipliers[channels.clone()],
                        finish: &self.finish,
                        residual: self.operands.residual,
                        step: self.geometry.out_channels,
                        place: (first_pixel + start) * self.geometry.out_channels + channels.start,
                    };
                    panel.run::<D>(&mut sums, y);
                }
            }
        }
    }
}

/// Eight output channels of a block of pixels.
struct Panel<'a> {
    spans: Spans<'a>,
    x: &'a [u8],
    /// Where each pixel's window begins in it, rising.
    offsets: &'a [usize],
    weights: &'a [i8],
    bias: [i32; LANES],
    /// As many as there are output channels.
    multipliers: &'a [f32],
    finish: &'a Finish,
    residual: Option<&'a [u8]>,
    /// From one pixel's output to the next one's.
    step: usize,
    /// Where the first pixel's output lies.
    place: usize,
}

impl Panel<'_> {
    /// Computes its sums, a tile after the other, and writes what they become.
    #[inline(always)]
    fn run<D: Dot>(&self, sums: &mut Sums, y: &mut Output) {
        let bias = [self.bias; tile::PIXELS];
        for (i, offsets) in self.offsets.chunks(tile::PIXELS).enumerate() {
            let tile = Tile { x: self.x.as_ptr(), offsets, weights: self.weights.as_ptr(), spans: self.spans };
            // SAFETY: the kernel has made sure that every window lies inside the image and that a panel is as long as the
            // spans together.
            unsafe { tile.run::<D>(&bias, sums) };
            self.write::<D>(&sums[..offsets.len()], self.place + i * tile::PIXELS * self.step, y);
        }
    }

    /// Writes the sums of pixels, the first of which has its output at this place.
    #[inline(always)]
    fn write<D: Dot>(&self, sums: &[[i32; LANES]], place: usize, y: &mut Output) {
        let Self { multipliers, finish, residual, step, .. } = *self;
        let reach = place + (sums.len() - 1) * step + multipliers.len();
        match &mut *y {
            Output::Bytes(y) if multipliers.len() == LANES => {
                assert!(reach <= y.len() && residual.is_none_or(|residual| reach <= residual.len()));
                // SAFETY: eight multipliers, and the places of output and residual, have been checked.
                unsafe {
                    let to = y.as_mut_ptr().add(place);
                    let multipliers = multipliers.as_ptr();
                    match residual {
                        None => finish::run::<D, false>(sums, multipliers, finish, to, to, step),
                        Some(residual) => {
                            let residual = residual.as_ptr().add(place);
                            finish::run::<D, true>(sums, multipliers, finish, residual, to, step);
                        }
                    }
                }
            }
            _ => {
                for (i, sums) in sums.iter().enumerate() {
                    let place = place + i * step;
                    rescale::write::<D>(sums, multipliers, finish, residual, place..place + multipliers.len(), y);
                }
            }
        }
    }
}
