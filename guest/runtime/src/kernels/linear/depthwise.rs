//! Depthwise convolution: every channel has its own filter. Tiles of four pixels of a row by eight channels, whose weights
//! are unpacked once.

use super::image::{Image, fill};
use super::write::Writer;
use super::{LANES, Operands, Work};
use crate::kernels::Geometry;
use crate::simd::{Kernel, Simd, Words};
use maasm_plan::op::{MOST_CELLS, PAIR, QLinearConv};

/// Pixels of a tile.
const TILE: usize = 4;
const TWO: usize = PAIR as usize;
/// The most pairs of window cells.
const PAIRS: usize = (MOST_CELLS as usize).div_ceil(TWO);

/// A convolution to be run.
pub struct Depthwise<'a, 'b>(pub Work<'a, 'b>);

impl Kernel for Depthwise<'_, '_> {
    #[inline(always)]
    fn run<S: Simd>(self) {
        let Work { op, geometry, operands, y, scratch } = self.0;
        let places = geometry.out_size[0] * geometry.out_size[1];
        for n in 0..geometry.batch {
            let image = fill(op, geometry, &operands.x, n, scratch);
            let mut writer = Writer::new(op, operands.residual, y);
            let convolution = Convolution::new(op, geometry, operands, image);
            match convolution.pairs {
                // The usual ones, windows of 3×3 and 5×5, which are unrolled.
                5 => convolution.run::<S::Words, 5>(n * places, &mut writer),
                13 => convolution.run::<S::Words, 13>(n * places, &mut writer),
                _ => convolution.run::<S::Words, 0>(n * places, &mut writer),
            }
        }
    }
}

struct Convolution<'a> {
    op: &'a QLinearConv,
    geometry: &'a Geometry,
    operands: &'a Operands<'a>,
    image: Image<'a>,
    pairs: usize,
    /// Where the cells of a pair lie in the image, from where the window begins.
    cells: [[usize; TWO]; PAIRS],
}

impl<'a> Convolution<'a> {
    fn new(op: &'a QLinearConv, geometry: &'a Geometry, operands: &'a Operands<'a>, image: Image<'a>) -> Self {
        let [rows, columns] = op.window.map(|extent| extent as usize);
        let [row_step, column_step] = [0, 1].map(|axis| op.dilation[axis] as usize * image.steps[axis]);
        let offset = |cell: usize| cell / columns * row_step + cell % columns * column_step;
        let count = rows * columns;
        let pairs = count.div_ceil(TWO);
        assert!(pairs <= PAIRS);
        let mut cells = [[0; TWO]; PAIRS];
        for (pair, cells) in cells.iter_mut().enumerate().take(pairs) {
            // The last one may stand twice: its second weight is 0.
            *cells = [0, 1].map(|i| offset((pair * TWO + i).min(count - 1)));
        }
        // All that the unsafe code below relies on: every window lies inside the image, and there are weights for it.
        let last: usize = (0..2)
            .map(|axis| (geometry.out_size[axis] - 1) * op.stride[axis] as usize * image.steps[axis])
            .sum::<usize>();
        let channels = geometry.channels.next_multiple_of(LANES);
        assert!(image.steps[1] == channels && last + offset(count - 1) + channels <= image.x.len());
        assert_eq!(operands.weights.len(), pairs * TWO * channels);
        assert!(operands.bias.len() == geometry.channels && operands.multipliers.len() == geometry.channels);
        Self { op, geometry, operands, image, pairs, cells }
    }

    /// `KNOWN` is the number of pairs, or 0 if it is not known beforehand.
    #[inline(always)]
    fn run<W: Words, const KNOWN: usize>(&self, first_pixel: usize, writer: &mut Writer) {
        let [rows, columns] = self.geometry.out_size;
        let channels = self.geometry.channels;
        let [row_step, column_step] = [0, 1].map(|axis| self.op.stride[axis] as usize * self.image.steps[axis]);
        for row in 0..rows {
            for tile in (0..columns).step_by(TILE) {
                // A tile that reaches behind the row computes its last pixel several times.
                let at = [0, 1, 2, 3].map(|i| row * row_step + (tile + i).min(columns - 1) * column_step);
                for first in (0..channels).step_by(LANES) {
                    let count = (channels - first).min(LANES);
                    let (mut bias, mut multipliers) = ([0; LANES], [0.0; LANES]);
                    bias[..count].copy_from_slice(&self.operands.bias[first..first + count]);
                    multipliers[..count].copy_from_slice(&self.operands.multipliers[first..first + count]);
                    let sums = self.sums::<W, KNOWN>(&bias, at.map(|at| at + first), first);
                    for (i, sums) in sums.iter().enumerate().take(columns - tile) {
                        let place = (first_pixel + row * columns + tile + i) * channels + first;
                        writer.write(sums, &multipliers, place..place + count);
                    }
                }
            }
        }
    }

    /// The sums of four pixels that begin at these places of the image, for the eight channels from `first` on.
    #[inline(always)]
    fn sums<W: Words, const KNOWN: usize>(
        &self,
        bias: &[i32; LANES],
        at: [usize; TILE],
        first: usize,
    ) -> [[i32; LANES]; TILE] {
        let pairs = if KNOWN > 0 { KNOWN } else { self.pairs };
        let mut sums = [[0; LANES]; TILE];
        // SAFETY: `new` has made sure that every window lies inside the image and that each of its cells has weights for
        // all channels, which are filled up to eights; there are eight sums of each pixel, and eight of the bias.
        unsafe {
            let mut vectors = [W::load(bias.as_ptr()); TILE];
            for pair in 0..pairs {
                let weights = self.operands.weights.as_ptr().add((pair * self.image.steps[1] + first) * TWO);
                let weights = W::weights(weights);
                let cells = self.cells[pair].map(|cell| self.image.x.as_ptr().add(cell));
                for i in 0..TILE {
                    vectors[i] = W::products(vectors[i], weights, cells.map(|cell| cell.add(at[i])));
                }
            }
            for (sums, vector) in sums.iter_mut().zip(vectors) {
                W::store(sums.as_mut_ptr(), vector);
            }
        }
        sums
    }
}
