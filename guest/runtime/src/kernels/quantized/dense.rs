//! Dense and grouped convolution: tiles of five pixels by eight output channels whose sums stay in registers.
//!
//! Where every group's channels are a multiple of four and nothing is padded, inputs are read where they are; otherwise they
//! are first copied into an image for which that is so. For every window row, or cell, the inputs under the window are then
//! contiguous, and four of them are multiplied at once.

use super::rescale::{self, LANES};
use super::{Operands, Output, Work};
use crate::kernels::Geometry;
use crate::simd::{Dot, Finish, Kernel, Simd};
use maasm_plan::op::{QUAD, QUANTIZED_PANEL, QuantizedConv};

/// Pixels of a tile.
const TILE: usize = 5;
/// Pixels whose inputs stay in the cache while all panels pass by.
const BLOCK: usize = 12 * TILE;

const COLUMNS: usize = QUANTIZED_PANEL as usize;
const FOUR: usize = QUAD as usize;

/// A convolution to be run.
pub struct Dense<'a, 'b>(pub Work<'a, 'b>);

impl Kernel for Dense<'_, '_> {
    #[inline(always)]
    fn run<S: Simd>(self) {
        let Work { op, geometry, operands, y, scratch } = self.0;
        let image_len = geometry.size[0] * geometry.size[1] * geometry.channels;
        let places = geometry.out_size[0] * geometry.out_size[1];
        for n in 0..geometry.batch {
            let x = &operands.x[n * image_len..][..image_len];
            let image = match scratch.is_empty() {
                true => Image { x, size: geometry.size, channels: geometry.channels },
                false => fill(op, geometry, x, scratch),
            };
            image.check(op, geometry, operands);
            let convolution = Convolution { op, geometry, operands, image, finish: rescale::finish(op) };
            convolution.run::<S::Dot>(n * places, y);
        }
    }
}

/// An image that needs no padding, whose groups have channels in fours.
struct Image<'a> {
    x: &'a [u8],
    size: [usize; 2],
    channels: usize,
}

/// Copies an image into the middle of a larger one of zeros, each group's channels filled up to fours.
fn fill<'a>(op: &QuantizedConv, geometry: &Geometry, x: &[u8], scratch: &'a mut [u8]) -> Image<'a> {
    let groups = op.groups as usize;
    let each = geometry.channels / groups;
    let filled = each.next_multiple_of(FOUR);
    let reach = op.reach(geometry.out_size.map(|extent| extent as u32));
    let size = [0, 1].map(|i| (reach[i] as usize).max(geometry.size[i]));
    let channels = groups * filled;
    let before = op.pad_before.map(|extent| extent as usize);
    scratch.fill(op.zero);
    let columns = geometry.size[1].min(size[1].saturating_sub(before[1]));
    for row in 0..geometry.size[0].min(size[0].saturating_sub(before[0])) {
        let from = &x[row * geometry.size[1] * geometry.channels..][..columns * geometry.channels];
        let to = ((row + before[0]) * size[1] + before[1]) * channels;
        let to = &mut scratch[to..to + columns * channels];
        if each == filled {
            to.copy_from_slice(from);
        } else {
            for (to, from) in to.chunks_exact_mut(filled).zip(from.chunks_exact(each)) {
                to[..each].copy_from_slice(from);
            }
        }
    }
    Image { x: scratch, size, channels }
}

impl Image<'_> {
    /// Whether all that the unsafe code below relies on is so.
    fn check(&self, op: &QuantizedConv, geometry: &Geometry, operands: &Operands) {
        let groups = op.groups as usize;
        let reach = op.reach(geometry.out_size.map(|extent| extent as u32));
        assert!(reach[0] as usize <= self.size[0] && reach[1] as usize <= self.size[1], "the window leaves the image");
        assert!((self.channels / groups).is_multiple_of(FOUR) && self.channels.is_multiple_of(groups));
        assert!(self.size[0] * self.size[1] * self.channels <= self.x.len());
        let panels = groups * (geometry.out_channels / groups).div_ceil(COLUMNS);
        let positions = op.window[0] as usize * op.window[1] as usize * self.channels / groups;
        assert_eq!(panels * positions * COLUMNS, operands.weights.len());
        assert!(operands.bias.len() == geometry.out_channels && operands.multipliers.len() == geometry.out_channels);
    }
}

struct Convolution<'a> {
    op: &'a QuantizedConv,
    geometry: &'a Geometry,
    operands: &'a Operands<'a>,
    image: Image<'a>,
    finish: Finish,
}

/// The contiguous runs of input under a window.
#[derive(Clone, Copy)]
struct Spans {
    rows: usize,
    row_step: usize,
    columns: usize,
    column_step: usize,
    /// How many fours each has.
    quads: usize,
}

/// What all pixels of a tile share.
struct Panel<'a> {
    weights: &'a [i8],
    bias: [i32; LANES],
    finish: Finish,
    /// The first output channel, and how many there are.
    first: usize,
    columns: usize,
}

impl Convolution<'_> {
    fn spans(&self) -> Spans {
        let [rows, columns] = self.op.window.map(|extent| extent as usize);
        let [row_dilation, column_dilation] = self.op.dilation.map(|extent| extent as usize);
        let each = self.image.channels / self.op.groups as usize;
        let column_step = column_dilation * self.image.channels;
        let row_step = row_dilation * self.image.size[1] * self.image.channels;
        if column_step == each || columns == 1 {
            return Spans { rows, row_step, columns: 1, column_step, quads: columns * each / FOUR };
        }
        Spans { rows, row_step, columns, column_step, quads: each / FOUR }
    }

    #[inline(always)]
    fn run<D: Dot>(&self, first_pixel: usize, y: &mut Output) {
        let spans = self.spans();
        let pixels = self.geometry.out_size[0] * self.geometry.out_size[1];
        let groups = self.op.groups as usize;
        let [each, out_channels] = [self.image.channels / groups, self.geometry.out_channels / groups];
        let panels = out_channels.div_ceil(COLUMNS);
        let panel_len = spans.rows * spans.columns * spans.quads * FOUR * COLUMNS;
        let mut offsets = [0; BLOCK];
        for start in (0..pixels).step_by(BLOCK) {
            let block = BLOCK.min(pixels - start);
            for (offset, pixel) in offsets.iter_mut().zip(start..start + block) {
                let (row, column) = (pixel / self.geometry.out_size[1], pixel % self.geometry.out_size[1]);
                let [row_stride, column_stride] = self.op.stride.map(|extent| extent as usize);
                *offset = (row * row_stride * self.image.size[1] + column * column_stride) * self.image.channels;
            }
            for group in 0..groups {
                for panel in 0..panels {
                    let columns = (out_channels - panel * COLUMNS).min(COLUMNS);
                    let first = group * out_channels + panel * COLUMNS;
                    let (mut bias, mut multipliers) = ([0; LANES], [0.0; LANES]);
                    bias[..columns].copy_from_slice(&self.operands.bias[first..first + columns]);
                    multipliers[..columns].copy_from_slice(&self.operands.multipliers[first..first + columns]);
                    let weights = &self.operands.weights[(group * panels + panel) * panel_len..][..panel_len];
                    let finish = Finish { multipliers, ..self.finish };
                    let panel = Panel { weights, bias, finish, first, columns };
                    for tile in (0..block).step_by(TILE) {
                        // A tile that reaches behind the block computes its last pixel several times.
                        let at = [0, 1, 2, 3, 4].map(|i| offsets[(tile + i).min(block - 1)] + group * each);
                        let sums = self.sums::<D>(&spans, &panel, at);
                        let count = TILE.min(block - tile);
                        self.write::<D>(&panel, &sums, count, first_pixel + start + tile, y);
                    }
                }
            }
        }
    }

    /// The sums of five pixels that begin at these places of the image.
    #[inline(always)]
    fn sums<D: Dot>(&self, spans: &Spans, panel: &Panel, at: [usize; TILE]) -> [[i32; LANES]; TILE] {
        let mut sums = [[0; LANES]; TILE];
        let to: *mut i32 = sums.as_mut_ptr().cast();
        let mut weights = panel.weights.as_ptr();
        // All pixels' sums begin with the bias, and go on from one span to the next.
        let (mut start, mut step) = (panel.bias.as_ptr(), 0);
        for row in 0..spans.rows {
            for column in 0..spans.columns {
                let span = row * spans.row_step + column * spans.column_step;
                // SAFETY: `check` has made sure that every window lies inside the image and that a panel is as long as
                // the spans together; there are eight sums of each pixel, and eight of the bias.
                unsafe {
                    let x = at.map(|at| self.image.x.as_ptr().add(at + span));
                    multiply::<D>(start, step, to, x, weights, spans.quads);
                    weights = weights.add(spans.quads * FOUR * COLUMNS);
                }
                (start, step) = (to.cast_const(), LANES);
            }
        }
        sums
    }

    /// Writes the first `count` pixels of a tile, from this pixel of the output on.
    #[inline(always)]
    fn write<D: Dot>(&self, panel: &Panel, sums: &[[i32; LANES]; TILE], count: usize, pixel: usize, y: &mut Output) {
        let step = self.geometry.out_channels;
        let first = pixel * step + panel.first;
        if let (Output::Bytes(y), LANES) = (&mut *y, panel.columns) {
            let reach = first + (count - 1) * step + LANES;
            assert!(count <= TILE && reach <= y.len());
            assert!(self.operands.residual.is_none_or(|residual| reach <= residual.len()));
            let finish = panel.finish;
            for (i, sums) in sums.iter().enumerate().take(count) {
                let place = first + i * step;
                // SAFETY: eight bytes lie there in output and residual, as has just been checked.
                unsafe {
                    let residual = self.operands.residual.map(|residual| residual.as_ptr().add(place));
                    D::finish(D::load(sums.as_ptr()), &finish, residual, y.as_mut_ptr().add(place));
                }
            }
            return;
        }
        for (i, sums) in sums.iter().enumerate().take(count) {
            let place = first + i * step;
            // SAFETY: there are eight sums.
            let sums = unsafe { D::load(sums.as_ptr()) };
            super::write::<D>(sums, &panel.finish, self.operands.residual, place..place + panel.columns, y);
        }
    }
}

/// Adds the products of so many fours to what five pixels' sums start from, each `step` numbers behind the one before.
///
/// # Safety
/// There are so many fours, at least one, behind every pixel's place, and as many times 32 weights; there are eight numbers
/// at every start, and room for forty sums, which may be where they start.
// In WebAssembly a function of its own that does nothing else, or the host's register allocation suffers; unrolled far,
// since the host spills every sum around its check for interruption whenever a loop turns.
#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
unsafe fn multiply<D: Dot>(
    start: *const i32,
    step: usize,
    sums: *mut i32,
    mut x: [*const u8; TILE],
    mut weights: *const i8,
    mut quads: usize,
) {
    // SAFETY: the caller's promise; the loop ends behind the last four.
    unsafe {
        let mut vectors = [D::load(start); TILE];
        for (i, vector) in vectors.iter_mut().enumerate().skip(1) {
            *vector = D::load(start.add(i * step));
        }
        macro_rules! quads {
            ($($k:literal)*) => {$(
                let columns = D::weights(weights.add($k * FOUR * COLUMNS));
                for i in 0..TILE {
                    vectors[i] = D::dot(vectors[i], columns, x[i].add($k * FOUR));
                }
                if quads == $k + 1 {
                    break;
                }
            )*};
        }
        loop {
            quads!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
            quads -= 16;
            x = x.map(|x| x.add(16 * FOUR));
            weights = weights.add(16 * FOUR * COLUMNS);
        }
        for (i, &vector) in vectors.iter().enumerate() {
            D::store(sums.add(i * LANES), vector);
        }
    }
}
