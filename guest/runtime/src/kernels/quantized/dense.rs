//! Dense and grouped convolution: tiles of five pixels by eight output channels whose sums stay in registers.
//!
//! Where every group's channels are a multiple of four and nothing is padded, inputs are read where they are; otherwise they
//! are first copied into an image for which that is so. For every window row, or cell, the inputs under the window are then
//! contiguous, and four of them are multiplied at once.

use super::image::Image;
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
        let row_step = row_dilation * self.image.row_step();
        if column_step == each || columns == 1 {
            return Spans { rows, row_step, columns: 1, column_step, quads: columns * each / FOUR };
        }
        Spans { rows, row_step, columns, column_step, quads: each / FOUR }
    }

    #[inline(always)]
    fn run<D: Dot>(&self, first_pixel: usize, y: &mut Output) {
        let spans = self.spans();
        let [out_height, out_width] = self.geometry.out_size;
        let pixels = out_height * out_width;
        let groups = self.op.groups as usize;
        let [each, out_channels] = [self.image.channels / groups, self.geometry.out_channels / groups];
        let panels = out_channels.div_ceil(COLUMNS);
        let panel_len = spans.rows * spans.columns * spans.quads * FOUR * COLUMNS;
        let [row_stride, column_stride] = self.op.stride.map(|extent| extent as usize);
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
                    let mut bias = [0; LANES];
                    bias[..columns].copy_from_slice(&self.operands.bias[first..first + columns]);
                    let weights = &self.operands.weights[(group * panels + panel) * panel_len..][..panel_len];
                    let panel = Panel { weights, bias, first, columns };
                    for tile in (0..block).step_by(TILE) {
                        // A tile that reaches behind the block computes its last pixel several times.
                        let pixels = [0, 1, 2, 3, 4].map(|i| (tile + i).min(block - 1));
                        let at = pixels.map(|pixel| offsets[pixel] + group * each);
                        self.tile::<D>(&spans, &panel, at, pixels.map(|pixel| first_pixel + start + pixel), y);
                    }
                }
            }
        }
    }

    /// Five pixels of the output whose windows begin at these places of the image.
    #[inline(always)]
    fn tile<D: Dot>(&self, spans: &Spans, panel: &Panel, at: [usize; TILE], pixels: [usize; TILE], y: &mut Output) {
        let places = pixels.map(|pixel| pixel * self.geometry.out_channels + panel.first);
        let mut sums = [[0; LANES]; TILE];
        let to: *mut i32 = sums.as_mut_ptr().cast();
        let residual = self.operands.residual;
        let multipliers = &self.operands.multipliers[panel.first..panel.first + panel.columns];
        let ending = match &mut *y {
            Output::Bytes(y) if panel.columns == LANES => {
                let reach = places[TILE - 1] + LANES;
                assert!(reach <= y.len() && residual.is_none_or(|residual| reach <= residual.len()));
                Some(Ending {
                    finish: &self.finish,
                    multipliers: multipliers.as_ptr(),
                    residual: residual.map(<[u8]>::as_ptr),
                    to: y.as_mut_ptr(),
                    places,
                })
            }
            _ => None,
        };
        let mut weights = panel.weights.as_ptr();
        // All pixels' sums begin with the bias, and go on from one span to the next.
        let (mut start, mut step) = (panel.bias.as_ptr(), 0);
        for row in 0..spans.rows {
            for column in 0..spans.columns {
                let span = row * spans.row_step + column * spans.column_step;
                let is_last = row + 1 == spans.rows && column + 1 == spans.columns;
                // SAFETY: the kernel has made sure that every window lies inside the image and that a panel is as long
                // as the spans together; there are eight sums of each pixel, and eight of the bias. Places rise, so that
                // all have eight bytes and there are eight multipliers, as has just been checked.
                unsafe {
                    let x = at.map(|at| self.image.x.as_ptr().add(at + span));
                    let ending = if is_last { ending.as_ref() } else { None };
                    multiply::<D>(start, step, to, x, weights, spans.quads, ending);
                    weights = weights.add(spans.quads * FOUR * COLUMNS);
                }
                (start, step) = (to.cast_const(), LANES);
            }
        }
        if ending.is_none() {
            for (sums, place) in sums.iter().zip(places) {
                rescale::write::<D>(sums, multipliers, &self.finish, residual, place..place + panel.columns, y);
            }
        }
    }
}

/// How five pixels' sums become bytes.
struct Ending<'a> {
    finish: &'a Finish,
    /// Eight.
    multipliers: *const f32,
    /// Of the output's shape.
    residual: Option<*const u8>,
    to: *mut u8,
    /// Where each pixel's channels lie in the output.
    places: [usize; TILE],
}

/// Adds the products of so many fours to what five pixels' sums start from, each `step` numbers behind the one before. They
/// become bytes if there is an ending, else they are written to `sums`.
///
/// # Safety
/// There are so many fours, at least one, behind every pixel's place, and as many times 32 weights; there are eight numbers
/// at every start, and room for forty sums, which may be where they start, and for eight bytes at an ending's places.
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
    ending: Option<&Ending>,
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
                    vectors[i] = D::dot(vectors[i], columns, D::spread(x[i].add($k * FOUR)));
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
        // Unrolled, or sums do not stay in registers.
        macro_rules! pairs {
            ($($i:literal $j:literal,)*) => {
                match ending {
                    None => {$(
                        D::store(sums.add($i * LANES), vectors[$i]);
                        D::store(sums.add($j * LANES), vectors[$j]);
                    )*}
                    Some(Ending { finish, multipliers, residual: None, to, places }) => {$(
                        let both = [to.add(places[$i]), to.add(places[$j])];
                        D::finish([vectors[$i], vectors[$j]], *multipliers, finish, None, both);
                    )*}
                    Some(Ending { finish, multipliers, residual: Some(residual), to, places }) => {$(
                        let added = [residual.add(places[$i]), residual.add(places[$j])];
                        let both = [to.add(places[$i]), to.add(places[$j])];
                        D::finish([vectors[$i], vectors[$j]], *multipliers, finish, Some(added), both);
                    )*}
                }
            };
        }
        pairs!(0 1, 2 3, 4 4,);
    }
}
