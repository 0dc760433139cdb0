//! The fast convolution: tiles of output pixels by output channels whose sums stay in registers.
//!
//! For every window row the inputs under the window are contiguous in a channels-last image, so a tile walks a few
//! *spans* of the image against one panel of weights, without an im2col copy. Pixels are taken in blocks small enough
//! for their inputs to stay in the second-level cache while the panels pass by.

use super::{Operands, WIDTH, packed};
use crate::kernels::{Geometry, unary};
use crate::simd::{Kernel, MAX_TILE, Simd, Tiling};
use maasm_plan::op::{Conv, Unary};

/// The most output channels that a tile has: two vectors of sixteen.
const MAX_COLUMNS: usize = 32;

/// The most pixels of a block.
const MAX_BLOCK: usize = 480;

/// Floats of input that a block may span.
const BLOCK_FLOATS: usize = 48 * 1024;

/// How often the innermost loop is unrolled.
const UNROLL: usize = 4;

/// A convolution to be run.
pub struct Tiled<'a> {
    /// Its parameters.
    pub op: &'a Conv,
    /// Its extents.
    pub geometry: &'a Geometry,
    /// What it reads.
    pub operands: &'a Operands<'a>,
    /// What it writes.
    pub y: &'a mut [f32],
    /// Room for the padded image, if it pads.
    pub scratch: &'a mut [f32],
    /// Room for packed inputs: [`packed::WORKSPACE`].
    pub workspace: &'a mut [f32],
}

impl Kernel for Tiled<'_> {
    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self { op, geometry, operands, y, scratch, workspace } = self;
        let image_len = geometry.size[0] * geometry.size[1] * geometry.channels;
        let out_len = geometry.out_size[0] * geometry.out_size[1] * geometry.out_channels;
        let padded = op.padded(geometry.size.map(|n| n as u32), geometry.out_size.map(|n| n as u32));
        for n in 0..geometry.batch {
            let x = &operands.x[n * image_len..][..image_len];
            let (x, size) = match padded {
                Some(size) => {
                    let size = size.map(|n| n as usize);
                    pad(x, geometry, op.pad_before.map(|n| n as usize), scratch, size);
                    (&*scratch, size)
                }
                None => (x, geometry.size),
            };
            let residual = operands.residual.map(|residual| &residual[n * out_len..][..out_len]);
            let image = Image { op, geometry, x, size, residual, operands };
            image.run::<S>(workspace, &mut y[n * out_len..][..out_len]);
        }
    }
}

/// Copies an image into the middle of a larger one of zeros.
fn pad(x: &[f32], geometry: &Geometry, before: [usize; 2], padded: &mut [f32], size: [usize; 2]) {
    let channels = geometry.channels;
    let rows = padded.chunks_exact_mut(size[1] * channels).take(size[0]);
    for (row, padded) in rows.enumerate() {
        let Some(row) = row.checked_sub(before[0]).filter(|&row| row < geometry.size[0]) else {
            padded.fill(0.0);
            continue;
        };
        let width = geometry.size[1].min(size[1].saturating_sub(before[1]));
        let (left, rest) = padded.split_at_mut(before[1].min(size[1]) * channels);
        let (middle, right) = rest.split_at_mut(width * channels);
        left.fill(0.0);
        middle.copy_from_slice(&x[row * geometry.size[1] * channels..][..width * channels]);
        right.fill(0.0);
    }
}

/// The contiguous runs of input under a window.
#[derive(Clone, Copy)]
pub struct Spans {
    /// How many rows of them there are.
    pub rows: usize,
    /// How far the rows lie apart.
    pub row_step: usize,
    /// How many there are in a row.
    pub columns: usize,
    /// How far they lie apart.
    pub column_step: usize,
    /// Floats of each.
    pub len: usize,
}

/// One image that needs no padding.
struct Image<'a> {
    op: &'a Conv,
    geometry: &'a Geometry,
    x: &'a [f32],
    size: [usize; 2],
    residual: Option<&'a [f32]>,
    operands: &'a Operands<'a>,
}

impl Image<'_> {
    fn spans(&self) -> Spans {
        let [rows, columns] = self.op.window.map(|n| n as usize);
        let [row_dilation, column_dilation] = self.op.dilation.map(|n| n as usize);
        let pixel = self.geometry.channels;
        let (row_step, column_step) = (row_dilation * self.size[1] * pixel, column_dilation * pixel);
        let channels = pixel / self.op.groups as usize;
        if column_step == channels || columns == 1 {
            let len = columns * channels;
            if row_step == len {
                return Spans { rows: 1, row_step, columns: 1, column_step, len: rows * len };
            }
            return Spans { rows, row_step, columns: 1, column_step, len };
        }
        Spans { rows, row_step, columns, column_step, len: channels }
    }

    #[inline(always)]
    fn run<S: Simd>(&self, workspace: &mut [f32], y: &mut [f32]) {
        let geometry = self.geometry;
        let pixels = geometry.out_size[0] * geometry.out_size[1];
        let spans = self.spans();
        self.check(&spans, y);
        let block = match S::TILING {
            Tiling::Packed => packed::PIXELS,
            Tiling::Direct(_) => (BLOCK_FLOATS / geometry.channels).clamp(48, MAX_BLOCK),
        };
        let mut offsets = [0usize; MAX_BLOCK];
        let mut start = 0;
        while start < pixels {
            let block = start..pixels.min(start + block);
            for (offset, pixel) in offsets.iter_mut().zip(block.clone()) {
                let (row, column) = (pixel / geometry.out_size[1], pixel % geometry.out_size[1]);
                let [row_stride, column_stride] = self.op.stride.map(|n| n as usize);
                *offset = (row * row_stride * self.size[1] + column * column_stride) * geometry.channels;
            }
            start = block.end;
            for group in 0..self.op.groups as usize {
                let offsets = &offsets[..block.len()];
                if S::TILING == Tiling::Packed && offsets.len() > 1 {
                    self.group_packed::<S>(&spans, group, block.start, offsets, workspace, y);
                } else {
                    self.group::<S>(&spans, group, block.start, offsets, y);
                }
            }
            match self.op.activation {
                None | Some(Unary::Clamp { .. }) => {}
                Some(activation) => {
                    let channels = geometry.out_channels;
                    unary::fast::run(activation, &mut y[block.start * channels..block.end * channels]);
                }
            }
        }
    }

    /// Whether all that the unsafe code below relies on is so.
    fn check(&self, spans: &Spans, y: &[f32]) {
        let geometry = self.geometry;
        let product = |factors: &[usize]| factors.iter().map(|&n| n as u64).product::<u64>();
        let reach = |i: usize| {
            let [out, stride] = [geometry.out_size[i] as u64, u64::from(self.op.stride[i])];
            (out - 1) * stride + u64::from(self.op.window[i] - 1) * u64::from(self.op.dilation[i]) + 1
        };
        assert!(reach(0) <= self.size[0] as u64 && reach(1) <= self.size[1] as u64, "the window leaves the image");
        assert!(product(&[self.size[0], self.size[1], geometry.channels]) <= self.x.len() as u64);
        let out_len = product(&[geometry.out_size[0], geometry.out_size[1], geometry.out_channels]);
        assert_eq!(out_len, y.len() as u64);
        assert!(self.residual.is_none_or(|residual| residual.len() == y.len()));
        assert!(self.operands.bias.is_none_or(|bias| bias.len() == geometry.out_channels));
        let groups = self.op.groups as usize;
        let panels = (geometry.out_channels / groups).div_ceil(WIDTH);
        let packed = product(&[groups, panels, spans.rows, spans.columns, spans.len, WIDTH]);
        assert_eq!(packed, self.operands.weights.len() as u64);
    }

    /// What the activation clamps to.
    fn bounds(&self) -> (f32, f32) {
        match self.op.activation {
            Some(Unary::Clamp { low, high }) => (low, high),
            _ => (f32::NEG_INFINITY, f32::INFINITY),
        }
    }

    /// All output channels of one group at a block of pixels, from packed inputs. Between one stretch of input
    /// positions and the next, the output holds the sums.
    #[inline(always)]
    fn group_packed<S: Simd>(
        &self,
        spans: &Spans,
        group: usize,
        start: usize,
        offsets: &[usize],
        workspace: &mut [f32],
        y: &mut [f32],
    ) {
        let groups = self.op.groups as usize;
        let [channels, out_channels] = [self.geometry.channels / groups, self.geometry.out_channels / groups];
        let step = self.geometry.out_channels;
        let positions = spans.rows * spans.columns * spans.len;
        let depth = positions.div_ceil(positions.div_ceil(packed::DEPTH));
        let panels = out_channels.div_ceil(WIDTH);
        let weights = &self.operands.weights[group * panels * positions * WIDTH..][..panels * positions * WIDTH];
        let (low, high) = self.bounds();
        for from in (0..positions).step_by(depth) {
            let to = positions.min(from + depth);
            packed::pack::<S>(&self.x[group * channels..], offsets, spans, from, to, workspace);
            for (panel, weights) in weights.chunks_exact(positions * WIDTH).enumerate() {
                let weights = &weights[from * WIDTH..to * WIDTH];
                let column = group * out_channels + panel * WIDTH;
                let columns = (out_channels - panel * WIDTH).min(WIDTH);
                let mut bias = [0.0; WIDTH];
                if let Some(all) = self.operands.bias {
                    bias[..columns].copy_from_slice(&all[column..column + columns]);
                }
                let last = to == positions;
                let tiles = workspace.chunks_exact(packed::TILE * (to - from));
                for (tile, x) in tiles.enumerate().take(offsets.len().div_ceil(packed::TILE)) {
                    let first_pixel = tile * packed::TILE;
                    let pixels = (offsets.len() - first_pixel).min(packed::TILE);
                    let first = (start + first_pixel) * step + column;
                    let tile = packed::Tile {
                        packed: x,
                        panel: weights,
                        start: (from == 0).then_some(&bias),
                        residual: self.residual.filter(|_| last).map(|residual| &residual[first..]),
                        step,
                        low: if last { low } else { f32::NEG_INFINITY },
                        high: if last { high } else { f32::INFINITY },
                    };
                    if pixels == packed::TILE && columns == WIDTH {
                        tile.run::<S>(&mut y[first..]);
                    } else {
                        tile.run_partly::<S>(pixels, columns, &mut y[first..]);
                    }
                }
            }
        }
    }

    /// All output channels of one group at a block of pixels.
    #[inline(always)]
    fn group<S: Simd>(&self, spans: &Spans, group: usize, start: usize, offsets: &[usize], y: &mut [f32]) {
        let groups = self.op.groups as usize;
        let [channels, out_channels] = [self.geometry.channels / groups, self.geometry.out_channels / groups];
        let panel_len = spans.rows * spans.columns * spans.len * WIDTH;
        let panels = out_channels.div_ceil(WIDTH);
        let weights = &self.operands.weights[group * panels * panel_len..][..panels * panel_len];
        let x = &self.x[group * channels..];
        let (low, high) = self.bounds();
        let first_pixel = start;
        let mut column = 0;
        while column < out_channels {
            let columns = (out_channels - column).min(2 * S::LANES);
            let mut start = [0.0; MAX_COLUMNS];
            let first = group * out_channels + column;
            if let Some(bias) = self.operands.bias {
                start[..columns].copy_from_slice(&bias[first..first + columns]);
            }
            let tiles = Tiles {
                spans,
                x: x.as_ptr(),
                offsets,
                panels: Panels { weights, panel_len, first: column / WIDTH, last: panels - 1 },
                start,
                columns,
                out: Out { first: first_pixel * self.geometry.out_channels + first, step: self.geometry.out_channels },
                residual: self.residual,
                low,
                high,
            };
            // SAFETY: `check` has made sure that every window lies inside the image, that the panels are as long as
            // the spans together, and that output and residual hold every pixel's channels.
            unsafe {
                if offsets.len() == 1 || S::TILING == Tiling::Packed {
                    tiles.one_pixel::<S>(y);
                } else if columns <= S::LANES && S::LANES >= WIDTH {
                    tiles.run::<S, 1>(y);
                } else {
                    tiles.run::<S, 2>(y);
                }
            }
            column += columns;
        }
    }
}

/// A group's panels of weights.
#[derive(Clone, Copy)]
struct Panels<'a> {
    weights: &'a [f32],
    panel_len: usize,
    /// The first one that a tile reads.
    first: usize,
    /// The last one there is, which is also read in place of those that are missing behind it.
    last: usize,
}

impl Panels<'_> {
    /// Where the halves of vector `vector` of a tile's columns begin.
    #[inline(always)]
    fn halves<S: Simd>(&self, vector: usize) -> [*const f32; 2] {
        [0, 1].map(|half| {
            let column = vector * S::LANES + half * S::LANES / 2;
            let panel = (self.first + column / WIDTH).min(self.last);
            self.weights[panel * self.panel_len + column % WIDTH..].as_ptr()
        })
    }
}

/// Where a tile's results lie in output and residual.
#[derive(Clone, Copy)]
struct Out {
    first: usize,
    step: usize,
}

/// The pixels of a block by up to two vectors of channels.
struct Tiles<'a> {
    spans: &'a Spans,
    x: *const f32,
    offsets: &'a [usize],
    panels: Panels<'a>,
    start: [f32; MAX_COLUMNS],
    columns: usize,
    out: Out,
    residual: Option<&'a [f32]>,
    low: f32,
    high: f32,
}

/// Pixels of a direct tile.
const fn tile_of<S: Simd>() -> usize {
    match S::TILING {
        Tiling::Packed => 1,
        Tiling::Direct(pixels) => pixels,
    }
}

/// `LANES` weights of one input position.
///
/// # Safety
/// As many floats lie behind the pointers.
#[inline(always)]
unsafe fn weights<S: Simd>(halves: [*const f32; 2], at: usize) -> S::Vector {
    // SAFETY: the caller's promise.
    unsafe {
        if S::LANES > WIDTH { S::load_halves(halves[0].add(at), halves[1].add(at)) } else { S::load(halves[0].add(at)) }
    }
}

impl Tiles<'_> {
    /// # Safety
    /// The spans at every offset lie inside the image, the panels are as long as the spans together, output and
    /// residual hold every pixel's columns.
    #[inline(always)]
    unsafe fn run<S: Simd, const VECTORS: usize>(&self, y: &mut [f32]) {
        let mut halves = [[std::ptr::null(); 2]; VECTORS];
        for (v, halves) in halves.iter_mut().enumerate() {
            *halves = self.panels.halves::<S>(v);
        }
        let last = self.offsets.len() - 1;
        let mut pixel = 0;
        while pixel <= last {
            // A tile that reaches behind the block computes its last pixel several times.
            let mut pixels = [0; MAX_TILE];
            for (i, p) in pixels.iter_mut().enumerate().take(tile_of::<S>()) {
                *p = (pixel + i).min(last);
            }
            // SAFETY: the caller's promise.
            unsafe { self.tile::<S, VECTORS>(&pixels, &halves, y) };
            pixel += tile_of::<S>();
        }
    }

    /// # Safety
    /// That of [`Tiles::run`].
    #[inline(always)]
    unsafe fn tile<S: Simd, const VECTORS: usize>(
        &self,
        pixels: &[usize; MAX_TILE],
        halves: &[[*const f32; 2]; VECTORS],
        y: &mut [f32],
    ) {
        // SAFETY: the caller's promise.
        unsafe {
            let mut sums = [[S::splat(0.0); VECTORS]; MAX_TILE];
            for sums in sums.iter_mut().take(tile_of::<S>()) {
                for (v, sum) in sums.iter_mut().enumerate() {
                    *sum = S::load(self.start.as_ptr().add(v * S::LANES));
                }
            }
            let mut at = 0;
            for row in 0..self.spans.rows {
                for column in 0..self.spans.columns {
                    let span = self.x.add(row * self.spans.row_step + column * self.spans.column_step);
                    let mut x = [span; MAX_TILE];
                    for i in 0..tile_of::<S>() {
                        x[i] = span.add(self.offsets[pixels[i]]);
                    }
                    let mut k = 0;
                    while k + UNROLL <= self.spans.len {
                        for u in 0..UNROLL {
                            multiply::<S, VECTORS>(&mut sums, &x, k + u, halves, at + u * WIDTH);
                        }
                        k += UNROLL;
                        at += UNROLL * WIDTH;
                    }
                    while k < self.spans.len {
                        multiply::<S, VECTORS>(&mut sums, &x, k, halves, at);
                        k += 1;
                        at += WIDTH;
                    }
                }
            }
            for i in 0..tile_of::<S>() {
                self.finish::<S, VECTORS>(&sums[i], pixels[i], y);
            }
        }
    }

    /// A single pixel: four positions are summed apart, so that one does not wait for the other.
    ///
    /// # Safety
    /// That of [`Tiles::run`].
    #[inline(always)]
    unsafe fn one_pixel<S: Simd>(&self, y: &mut [f32]) {
        // SAFETY: the caller's promise.
        unsafe {
            let halves = [self.panels.halves::<S>(0), self.panels.halves::<S>(1)];
            let mut sums = [[S::splat(0.0); 2]; 4];
            for (v, sum) in sums[0].iter_mut().enumerate() {
                *sum = S::load(self.start.as_ptr().add(v * S::LANES));
            }
            let mut at = 0;
            for row in 0..self.spans.rows {
                for column in 0..self.spans.columns {
                    let span = row * self.spans.row_step + column * self.spans.column_step;
                    let x = self.x.add(self.offsets[0] + span);
                    let mut k = 0;
                    while k < self.spans.len {
                        let positions = if k + 4 <= self.spans.len { 4 } else { 1 };
                        if positions == 4 {
                            for (u, sums) in sums.iter_mut().enumerate() {
                                multiply_one::<S>(sums, x.add(k + u), &halves, at + u * WIDTH);
                            }
                        } else {
                            multiply_one::<S>(&mut sums[0], x.add(k), &halves, at);
                        }
                        k += positions;
                        at += positions * WIDTH;
                    }
                }
            }
            let mut sum = sums[0];
            for v in 0..2 {
                sum[v] = S::add(S::add(sums[0][v], sums[1][v]), S::add(sums[2][v], sums[3][v]));
            }
            self.finish::<S, 2>(&sum, 0, y);
        }
    }

    /// Adds the residual, clamps and writes one pixel's columns.
    ///
    /// # Safety
    /// Output and residual hold every pixel's columns.
    #[inline(always)]
    unsafe fn finish<S: Simd, const VECTORS: usize>(&self, sums: &[S::Vector; VECTORS], pixel: usize, y: &mut [f32]) {
        let first = self.out.first + pixel * self.out.step;
        // SAFETY: the caller's promise; with fewer columns than the vectors have, slices are used.
        unsafe {
            if self.columns == VECTORS * S::LANES {
                let (low, high) = (S::splat(self.low), S::splat(self.high));
                for (v, &sum) in sums.iter().enumerate() {
                    let at = first + v * S::LANES;
                    let sum = match self.residual {
                        Some(residual) => S::add(sum, S::load(residual.as_ptr().add(at))),
                        None => sum,
                    };
                    S::store(y.as_mut_ptr().add(at), S::clamp(sum, low, high));
                }
                return;
            }
            let mut all = [0.0; MAX_COLUMNS];
            for (v, &sum) in sums.iter().enumerate() {
                S::store(all.as_mut_ptr().add(v * S::LANES), sum);
            }
            for (i, &sum) in all[..self.columns].iter().enumerate() {
                let sum = sum + self.residual.map_or(0.0, |residual| residual[first + i]);
                y[first + i] = unary::clamp(sum, self.low, self.high);
            }
        }
    }
}

/// Adds one input position's products.
///
/// # Safety
/// `x` and `halves` have a float and a vector at `k` and `at`.
#[inline(always)]
unsafe fn multiply<S: Simd, const VECTORS: usize>(
    sums: &mut [[S::Vector; VECTORS]; MAX_TILE],
    x: &[*const f32; MAX_TILE],
    k: usize,
    halves: &[[*const f32; 2]; VECTORS],
    at: usize,
) {
    // SAFETY: the caller's promise.
    unsafe {
        let mut columns = [S::splat(0.0); VECTORS];
        for v in 0..VECTORS {
            columns[v] = weights::<S>(halves[v], at);
        }
        for i in 0..tile_of::<S>() {
            let x = S::broadcast(x[i].add(k));
            for v in 0..VECTORS {
                sums[i][v] = S::mul_add(x, columns[v], sums[i][v]);
            }
        }
    }
}

/// Adds one input position's products of a single pixel.
///
/// # Safety
/// `x` and `halves` have a float and a vector there.
#[inline(always)]
unsafe fn multiply_one<S: Simd>(sums: &mut [S::Vector; 2], x: *const f32, halves: &[[*const f32; 2]; 2], at: usize) {
    // SAFETY: the caller's promise.
    unsafe {
        let x = S::broadcast(x);
        for v in 0..2 {
            sums[v] = S::mul_add(x, weights::<S>(halves[v], at), sums[v]);
        }
    }
}
