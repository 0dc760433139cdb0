//! The fast depthwise convolution: a few neighbouring pixels of a few channels at once, whose sums stay in registers
//! while the window's cells pass by.

use crate::kernels::{Geometry, unary};
use crate::simd::{Kernel, Simd};
use maasm_plan::op::{Depthwise, Unary};
use std::ops::Range;

/// Pixels at once.
const TILE: usize = 4;

/// The most cells of a window for which there are vectors.
const MAX_TAPS: usize = 64;

/// A cell of the window.
#[derive(Clone, Copy)]
struct Tap {
    /// Where the input begins that it lies on, for the first pixel.
    source: usize,
    /// Where its weights begin.
    weight: usize,
}

/// A depthwise convolution to be run.
pub struct Vectored<'a> {
    /// Its parameters.
    pub op: &'a Depthwise,
    /// Its extents.
    pub geometry: &'a Geometry,
    /// `[batch, height, width, channels]`.
    pub x: &'a [f32],
    /// `[window_height, window_width, channels]`.
    pub weights: &'a [f32],
    /// One for each channel.
    pub bias: &'a [f32],
    /// What is written.
    pub y: &'a mut [f32],
}

/// The window's cells along one axis that lie inside the image, for an output place.
fn inside(op: &Depthwise, axis: usize, out: usize, size: usize) -> Range<usize> {
    let (start, dilation) = (out * op.stride[axis] as usize, op.dilation[axis] as usize);
    let before = op.pad_before[axis] as usize;
    let first = before.saturating_sub(start).div_ceil(dilation);
    let end = (size + before).saturating_sub(start).div_ceil(dilation);
    let window = op.window[axis] as usize;
    first.min(window)..end.min(window).max(first.min(window))
}

impl Kernel for Vectored<'_> {
    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self { op, geometry, x, weights, bias, y } = self;
        let channels = geometry.channels;
        let [height, width] = geometry.size;
        let [out_height, out_width] = geometry.out_size;
        assert_eq!(x.len(), geometry.batch * height * width * channels);
        assert_eq!(y.len(), geometry.batch * out_height * out_width * channels);
        assert_eq!(weights.len(), op.window[0] as usize * op.window[1] as usize * channels);
        assert_eq!(bias.len(), channels);
        let (low, high) = match op.activation {
            Some(Unary::Clamp { low, high }) => (low, high),
            _ => (f32::NEG_INFINITY, f32::INFINITY),
        };
        let images = x.chunks_exact(height * width * channels);
        let out_rows = y.chunks_exact_mut(out_width * channels);
        let places = images.flat_map(|x| (0..out_height).map(move |row| (x, row)));
        for ((x, row), y) in places.zip(out_rows) {
            let rows = inside(op, 0, row, height);
            let mut column = 0;
            while column < out_width {
                // Neighbours go together if all see the same columns of the window.
                let columns = inside(op, 1, column, width);
                let same = (column + TILE <= out_width).then(|| inside(op, 1, column + TILE - 1, width));
                let whole = columns == (0..op.window[1] as usize) && same == Some(columns.clone());
                let pixels = if whole { TILE } else { 1 };
                let tile = Tile { op, geometry, x, weights, bias, row, rows: rows.clone(), column, columns, low, high };
                let y = &mut y[column * channels..(column + pixels) * channels];
                if whole {
                    tile.run::<S, TILE>(y)
                } else {
                    tile.run::<S, 1>(y)
                }
                column += pixels;
            }
            match op.activation {
                None | Some(Unary::Clamp { .. }) => {}
                Some(activation) => unary::fast::run(activation, y),
            }
        }
    }
}

/// Neighbouring output pixels of one row.
struct Tile<'a> {
    op: &'a Depthwise,
    geometry: &'a Geometry,
    /// One image.
    x: &'a [f32],
    weights: &'a [f32],
    bias: &'a [f32],
    row: usize,
    /// The window's rows that lie inside the image.
    rows: Range<usize>,
    /// The first pixel's column.
    column: usize,
    /// The window's columns that lie inside the image, at every pixel.
    columns: Range<usize>,
    low: f32,
    high: f32,
}

impl Tile<'_> {
    /// Where the input begins that the window's cell lies on, for the first pixel.
    fn source(&self, i: usize, j: usize) -> usize {
        let at = |axis: usize, out: usize, cell: usize| {
            out * self.op.stride[axis] as usize + cell * self.op.dilation[axis] as usize
                - self.op.pad_before[axis] as usize
        };
        (at(0, self.row, i) * self.geometry.size[1] + at(1, self.column, j)) * self.geometry.channels
    }

    #[inline(always)]
    fn run<S: Simd, const PIXELS: usize>(&self, y: &mut [f32]) {
        let channels = self.geometry.channels;
        assert!(y.len() == PIXELS * channels);
        if self.rows.is_empty() || self.columns.is_empty() {
            for y in y.chunks_exact_mut(channels) {
                y.iter_mut().zip(self.bias).for_each(|(y, &bias)| *y = unary::clamp(bias, self.low, self.high));
            }
            return;
        }
        // The last cell that the last pixel reads lies in the image, and so do all before it.
        let step = self.op.stride[1] as usize * channels;
        let last = self.source(self.rows.end - 1, self.columns.end - 1) + (PIXELS - 1) * step;
        assert!(last + channels <= self.x.len());
        let mut taps = [Tap { source: 0, weight: 0 }; MAX_TAPS];
        let count = self.rows.len() * self.columns.len();
        if count > MAX_TAPS {
            return self.channels::<PIXELS>(0..channels, y);
        }
        for (tap, (i, j)) in taps.iter_mut().zip(self.cells()) {
            *tap = Tap { source: self.source(i, j), weight: (i * self.op.window[1] as usize + j) * channels };
        }
        let taps = &taps[..count];
        let mut channel = 0;
        // SAFETY: the cells lie in the image, as just checked, and `run` of the kernel has checked the weights and
        // the bias; vectors end at the last channel.
        unsafe {
            while channel + 2 * S::LANES <= channels {
                self.vectors::<S, PIXELS, 2>(taps, channel, y);
                channel += 2 * S::LANES;
            }
            while channel + S::LANES <= channels {
                self.vectors::<S, PIXELS, 1>(taps, channel, y);
                channel += S::LANES;
            }
            if channel < channels && channels >= S::LANES {
                // Some channels are computed twice.
                self.vectors::<S, PIXELS, 1>(taps, channels - S::LANES, y);
                channel = channels;
            }
        }
        self.channels::<PIXELS>(channel..channels, y);
    }

    /// Some channels one by one.
    fn channels<const PIXELS: usize>(&self, range: Range<usize>, y: &mut [f32]) {
        let channels = self.geometry.channels;
        let step = self.op.stride[1] as usize * channels;
        for channel in range {
            for pixel in 0..PIXELS {
                let mut sum = self.bias[channel];
                for (i, j) in self.cells() {
                    let weight = self.weights[(i * self.op.window[1] as usize + j) * channels + channel];
                    sum += self.x[self.source(i, j) + pixel * step + channel] * weight;
                }
                y[pixel * channels + channel] = unary::clamp(sum, self.low, self.high);
            }
        }
    }

    fn cells(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        let columns = self.columns.clone();
        self.rows.clone().flat_map(move |i| columns.clone().map(move |j| (i, j)))
    }

    /// # Safety
    /// The taps lie in the image at every pixel; so many vectors of channels lie behind `channel`.
    #[inline(always)]
    unsafe fn vectors<S: Simd, const PIXELS: usize, const VECTORS: usize>(
        &self,
        taps: &[Tap],
        channel: usize,
        y: &mut [f32],
    ) {
        let channels = self.geometry.channels;
        let step = self.op.stride[1] as usize * channels;
        // SAFETY: the caller's promise.
        unsafe {
            let bias = self.bias.as_ptr().add(channel);
            let mut sums = [[S::splat(0.0); VECTORS]; PIXELS];
            for sums in &mut sums {
                for (v, sum) in sums.iter_mut().enumerate() {
                    *sum = S::load(bias.add(v * S::LANES));
                }
            }
            let (x, weights) = (self.x.as_ptr().add(channel), self.weights.as_ptr().add(channel));
            multiply::<S, PIXELS, VECTORS>(&mut sums, taps, x, step, weights);
            let (low, high) = (S::splat(self.low), S::splat(self.high));
            for (pixel, sums) in sums.iter().enumerate() {
                for (v, &sum) in sums.iter().enumerate() {
                    let to = y.as_mut_ptr().add(pixel * channels + channel + v * S::LANES);
                    S::store(to, S::clamp(sum, low, high));
                }
            }
        }
    }
}

/// Adds the products of all taps to the sums of neighbouring pixels that lie `step` apart in the input.
///
/// # Safety
/// There is a tap, and so many vectors of floats lie at every tap and pixel.
// In WebAssembly a function of its own that does nothing else, or the host's register allocation suffers.
#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
unsafe fn multiply<S: Simd, const PIXELS: usize, const VECTORS: usize>(
    sums: &mut [[S::Vector; VECTORS]; PIXELS],
    taps: &[Tap],
    x: *const f32,
    step: usize,
    weights: *const f32,
) {
    let mut vectors = *sums;
    let mut taps_left = taps.len();
    let mut tap = taps.as_ptr();
    // SAFETY: the caller's promise; the loop ends behind the last tap.
    unsafe {
        macro_rules! taps {
            ($($k:literal)*) => {$(
                {
                let Tap { source, weight } = *tap.add($k);
                let (x, weights) = (x.add(source), weights.add(weight));
                for v in 0..VECTORS {
                    let weight = S::load(weights.add(v * S::LANES));
                    for (pixel, vectors) in vectors.iter_mut().enumerate() {
                        vectors[v] = S::mul_add(S::load(x.add(pixel * step + v * S::LANES)), weight, vectors[v]);
                    }
                }
                }
                // An exit behind every tap keeps a WebAssembly host's compiler from reordering across taps.
                if taps_left == $k + 1 {
                    break;
                }
            )*};
        }
        loop {
            taps!(0 1 2 3 4 5 6 7 8);
            taps_left -= 9;
            tap = tap.add(9);
        }
    }
    *sums = vectors;
}
