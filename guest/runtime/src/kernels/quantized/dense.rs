//! Dense and grouped convolution: tiles of five pixels by eight output channels whose sums stay in registers.
//!
//! Inputs are read from an image that needs no padding, whose groups have channels in fours. For every window row, or cell, the inputs under the window are then
//! contiguous, and four of them are multiplied at once. Products of two fours are added up in 16 bits first.

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

/// The contiguous runs of input under a window.
struct Spans {
    /// Where each begins.
    places: Vec<usize>,
    /// How many fours each has.
    quads: usize,
}

impl Convolution<'_> {
    fn spans(&self) -> Spans {
        let [rows, columns] = self.op.window.map(|extent| extent as usize);
        let each = self.image.channels / self.op.groups as usize;
        let [row_step, column_step] = [self.image.row_step(), self.image.channels];
        let [row_step, column_step] =
            [row_step * self.op.dilation[0] as usize, column_step * self.op.dilation[1] as usize];
        let quads = self.op.contiguous(self.geometry.channels as u32) as usize;
        let columns = columns * each / FOUR / quads;
        let places = (0..rows).flat_map(|row| (0..columns).map(move |column| row * row_step + column * column_step));
        Spans { places: places.collect(), quads }
    }

    #[inline(always)]
    fn run<D: Dot>(&self, first_pixel: usize, y: &mut Output) {
        let spans = self.spans();
        let out_width = self.geometry.out_size[1];
        let pixels = self.geometry.out_size[0] * out_width;
        let groups = self.op.groups as usize;
        let [each, out_channels] = [self.image.channels, self.geometry.out_channels].map(|channels| channels / groups);
        let panels = out_channels.div_ceil(COLUMNS);
        let panel_len = spans.places.len() * spans.quads * FOUR * COLUMNS;
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
                    let channels = first..first + columns;
                    let mut bias = [0; LANES];
                    bias[..columns].copy_from_slice(&self.operands.bias[channels.clone()]);
                    let weights = &self.operands.weights[(group * panels + panel) * panel_len..][..panel_len];
                    let panel = Panel {
                        spans: &spans.places,
                        quads: spans.quads,
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
                    panel.run::<D>(y);
                }
            }
        }
    }
}

/// Eight output channels of a block of pixels.
struct Panel<'a> {
    /// Where the contiguous runs of input under a window begin.
    spans: &'a [usize],
    /// How many fours each has.
    quads: usize,
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
    #[inline(always)]
    fn run<D: Dot>(&self, y: &mut Output) {
        let reach = self.place + (self.offsets.len() - 1) * self.step + self.multipliers.len();
        // SAFETY: the kernel has made sure that every window lies inside the image and that a panel is as long as the spans
        // together. Eight multipliers and the output's and residual's places are checked here.
        unsafe {
            match &mut *y {
                Output::Bytes(y) if self.multipliers.len() == LANES => {
                    assert!(reach <= y.len() && self.residual.is_none_or(|residual| reach <= residual.len()));
                    match self.residual {
                        None => self.tiles::<D, false>(y.as_mut_ptr(), &mut []),
                        Some(_) => self.tiles::<D, true>(y.as_mut_ptr(), &mut []),
                    }
                }
                _ => {
                    let mut sums = [[0; LANES]; BLOCK];
                    self.tiles::<D, false>(std::ptr::null_mut(), &mut sums);
                    for (i, sums) in sums.iter().enumerate().take(self.offsets.len()) {
                        let place = self.place + i * self.step;
                        let places = place..place + self.multipliers.len();
                        rescale::write::<D>(sums, self.multipliers, self.finish, self.residual, places, y);
                    }
                }
            }
        }
    }

    /// Computes five pixels at once; they become bytes unless there is room for the sums of all pixels.
    ///
    /// # Safety
    /// Every window lies inside the image, and there are weights for all spans. If there is no room for sums, eight bytes
    /// lie at every pixel's place of the output, and of the residual, if it is added, and there are eight multipliers.
    // In WebAssembly a function of its own that does nothing else, or the host's register allocation suffers; unrolled far,
    // since the host spills every sum around its check for interruption whenever a loop turns.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    unsafe fn tiles<D: Dot, const ADDS: bool>(&self, y: *mut u8, all: &mut [[i32; LANES]]) {
        let end = self.spans.as_ptr_range().end;
        let last = self.offsets.len() - 1;
        // SAFETY: the caller's promise; the unrolled loop ends behind the last four.
        unsafe {
            for tile in (0..self.offsets.len()).step_by(TILE) {
                // A tile that reaches behind the block computes its last pixel several times.
                let pixel = |i: usize| (tile + i).min(last);
                let at = [0, 1, 2, 3, 4].map(|i| self.x.as_ptr().add(*self.offsets.get_unchecked(pixel(i))));
                let mut sums = [D::load(self.bias.as_ptr()); TILE];
                let mut weights = self.weights.as_ptr();
                let mut span = self.spans.as_ptr();
                while span != end {
                    let mut x = at.map(|at| at.add(*span));
                    let (mut four, mut left) = (weights, self.quads);
                    span = span.add(1);
                    weights = weights.add(self.quads * FOUR * COLUMNS);
                    macro_rules! pixels {
                        ($columns:ident, $x:ident => $inputs:expr, $dot:ident, $($i:literal)*) => {$(
                            let $x = x[$i];
                            sums[$i] = D::$dot(sums[$i], $columns, $inputs);
                        )*};
                    }
                    macro_rules! quads {
                        ($($k:literal)*) => {$(
                            let columns = D::weights(four.add($k * 2 * FOUR * COLUMNS));
                            if left == 2 * $k + 1 {
                                pixels!(columns, x => D::spread(x.add($k * 2 * FOUR)), dot, 0 1 2 3 4);
                                break;
                            }
                            let places = [$k * 2 * FOUR, ($k * 2 + 1) * FOUR];
                            if D::TWICE {
                                let columns = [columns, D::weights(four.add(places[1] * COLUMNS))];
                                pixels!(columns, x => places.map(|place| D::spread(x.add(place))), dot_twice, 0 1 2 3 4);
                            } else {
                                pixels!(columns, x => D::spread(x.add(places[0])), dot, 0 1 2 3 4);
                                let columns = D::weights(four.add(places[1] * COLUMNS));
                                pixels!(columns, x => D::spread(x.add(places[1])), dot, 0 1 2 3 4);
                            }
                            if left == 2 * $k + 2 {
                                break;
                            }
                        )*};
                    }
                    loop {
                        quads!(0 1 2 3 4 5 6 7);
                        left -= 16;
                        x = x.map(|x| x.add(16 * FOUR));
                        four = four.add(16 * FOUR * COLUMNS);
                    }
                }
                macro_rules! pairs {
                    ($($i:literal $j:literal,)*) => {$(
                        let pixels = [pixel($i), pixel($j)];
                        if y.is_null() {
                            D::store(all.get_unchecked_mut(pixels[0]).as_mut_ptr(), sums[$i]);
                            D::store(all.get_unchecked_mut(pixels[1]).as_mut_ptr(), sums[$j]);
                        } else {
                            let places = pixels.map(|pixel| self.place + pixel * self.step);
                            let residual = if ADDS { self.residual } else { None };
                            let residual = residual.map(|residual| places.map(|place| residual.as_ptr().add(place)));
                            let to = places.map(|place| y.add(place));
                            D::finish([sums[$i], sums[$j]], self.multipliers.as_ptr(), self.finish, residual, to);
                        }
                    )*};
                }
                pairs!(0 1, 2 3, 4 4,);
            }
        }
    }
}
