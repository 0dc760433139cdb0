//! Dense and grouped convolution: tiles of five pixels by eight output channels whose sums stay in registers.
//!
//! For every window row, or cell, the inputs under the window are contiguous, and two of them are multiplied at once.

use super::image::{Image, fill};
use super::write::Writer;
use super::{LANES, Operands, Work};
use crate::kernels::Geometry;
use crate::simd::{Kernel, Simd, Words};
use maasm_plan::op::{PAIR, QLinearConv};

/// Pixels of a tile.
const TILE: usize = 5;
/// Pixels whose inputs stay in the cache while all panels pass by.
const BLOCK: usize = 12 * TILE;

const TWO: usize = PAIR as usize;

/// A convolution to be run.
pub struct Dense<'a, 'b>(pub Work<'a, 'b>);

impl Kernel for Dense<'_, '_> {
    #[inline(always)]
    fn run<S: Simd>(self) {
        let Work { op, geometry, operands, y, scratch } = self.0;
        let places = geometry.out_size[0] * geometry.out_size[1];
        for n in 0..geometry.batch {
            let image = fill(op, geometry, &operands.x, n, scratch);
            let mut writer = Writer::new(op, operands.residual, y);
            Convolution::new(op, geometry, operands, image).run::<S::Words>(n * places, &mut writer);
        }
    }
}

struct Convolution<'a> {
    op: &'a QLinearConv,
    geometry: &'a Geometry,
    operands: &'a Operands<'a>,
    image: Image<'a>,
    /// Input channels of a group, filled up.
    each: usize,
    /// Output channels of a group.
    out_each: usize,
    spans: Spans,
}

/// The contiguous runs of input under a window.
#[derive(Clone, Copy)]
struct Spans {
    rows: usize,
    row_step: usize,
    columns: usize,
    column_step: usize,
    /// How many twos each has.
    pairs: usize,
}

impl<'a> Convolution<'a> {
    fn new(op: &'a QLinearConv, geometry: &'a Geometry, operands: &'a Operands<'a>, image: Image<'a>) -> Self {
        let groups = op.groups as usize;
        let (each, out_each) = (image.steps[1] / groups, geometry.out_channels / groups);
        let [rows, columns] = op.window.map(|extent| extent as usize);
        let [row_step, column_step] = [0, 1].map(|axis| op.dilation[axis] as usize * image.steps[axis]);
        let spans = if column_step == each || columns == 1 {
            Spans { rows, row_step, columns: 1, column_step, pairs: columns * each / TWO }
        } else {
            Spans { rows, row_step, columns, column_step, pairs: each / TWO }
        };
        // All that the unsafe code below relies on: every window lies inside the image, and there are weights for it.
        let last = [0, 1].map(|axis| {
            let (places, cells) = (geometry.out_size[axis] - 1, op.window[axis] as usize - 1);
            (places * op.stride[axis] as usize + cells * op.dilation[axis] as usize) * image.steps[axis]
        });
        assert!(last[0] + last[1] + image.steps[1] <= image.x.len(), "the window leaves the image");
        assert!(each.is_multiple_of(TWO) && each > 0);
        assert_eq!(operands.weights.len(), groups * out_each.next_multiple_of(LANES) * rows * columns * each);
        assert!(operands.bias.len() == geometry.out_channels && operands.multipliers.len() == geometry.out_channels);
        Self { op, geometry, operands, image, each, out_each, spans }
    }

    #[inline(always)]
    fn run<W: Words>(&self, first_pixel: usize, writer: &mut Writer) {
        let pixels = self.geometry.out_size[0] * self.geometry.out_size[1];
        let panels = self.out_each.div_ceil(LANES);
        let panel_len = self.spans.rows * self.spans.columns * self.spans.pairs * TWO * LANES;
        let mut offsets = [0; BLOCK];
        for start in (0..pixels).step_by(BLOCK) {
            let block = BLOCK.min(pixels - start);
            for (offset, pixel) in offsets.iter_mut().zip(start..start + block) {
                let place = [pixel / self.geometry.out_size[1], pixel % self.geometry.out_size[1]];
                *offset = (0..2).map(|axis| place[axis] * self.op.stride[axis] as usize * self.image.steps[axis]).sum();
            }
            for group in 0..self.op.groups as usize {
                for panel in 0..panels {
                    let columns = (self.out_each - panel * LANES).min(LANES);
                    let first = group * self.out_each + panel * LANES;
                    let (mut bias, mut multipliers) = ([0; LANES], [0.0; LANES]);
                    bias[..columns].copy_from_slice(&self.operands.bias[first..first + columns]);
                    multipliers[..columns].copy_from_slice(&self.operands.multipliers[first..first + columns]);
                    let weights = &self.operands.weights[(group * panels + panel) * panel_len..][..panel_len];
                    for tile in (0..block).step_by(TILE) {
                        // A tile that reaches behind the block computes its last pixel several times.
                        let at = [0, 1, 2, 3, 4].map(|i| offsets[(tile + i).min(block - 1)] + group * self.each);
                        let sums = self.sums::<W>(weights, &bias, at);
                        for (i, sums) in sums.iter().enumerate().take(block - tile) {
                            let place = (first_pixel + start + tile + i) * self.geometry.out_channels + first;
                            writer.write(sums, &multipliers, place..place + columns);
                        }
                    }
                }
            }
        }
    }

    /// The sums of five pixels that begin at these places of the image.
    #[inline(always)]
    fn sums<W: Words>(&self, weights: &[i8], bias: &[i32; LANES], at: [usize; TILE]) -> [[i32; LANES]; TILE] {
        let Spans { rows, row_step, columns, column_step, pairs } = self.spans;
        let mut sums = [[0; LANES]; TILE];
        // SAFETY: `new` has made sure that every window lies inside the image and that a panel is as long as the spans
        // together; there are eight sums of each pixel, and eight of the bias.
        unsafe {
            let mut vectors = [W::load(bias.as_ptr()); TILE];
            let mut weights = weights.as_ptr();
            for row in 0..rows {
                for column in 0..columns {
                    let span = row * row_step + column * column_step;
                    let x = at.map(|at| self.image.x.as_ptr().add(at + span));
                    for pair in 0..pairs {
                        let columns = W::weights(weights);
                        weights = weights.add(TWO * LANES);
                        for i in 0..TILE {
                            vectors[i] = W::dot(vectors[i], columns, x[i].add(pair * TWO));
                        }
                    }
                }
            }
            for (sums, vector) in sums.iter_mut().zip(vectors) {
                W::store(sums.as_mut_ptr(), vector);
            }
        }
        sums
    }
}
