//! The fast convolution where registers are few: tiles of four pixels by one panel, from inputs that are copied
//! together first.
//!
//! Four pixels' inputs lie interleaved, so that one load brings one input position of all four. A WebAssembly host
//! spills every sum around each check for interruption, which it makes whenever a loop turns: the loop is therefore
//! unrolled far. An exit behind every position keeps the host's compiler from reordering across positions, which
//! would need more registers than there are.

use super::WIDTH;
use super::tiled::Spans;
use crate::simd::Simd;

/// Pixels of a tile.
pub const TILE: usize = 4;

/// The most pixels of a block.
pub const PIXELS: usize = 64;

/// The most input positions that are packed at once: their weights fit the first-level cache, the whole block the
/// second-level one.
pub const DEPTH: usize = 256;

/// Floats of workspace for a block.
pub const WORKSPACE: usize = PIXELS * DEPTH;

/// Interleaves input positions `from..to` of a block's pixels, tile by tile. The last tile repeats its last pixel.
#[inline(always)]
pub fn pack<S: Simd>(x: &[f32], offsets: &[usize], spans: &Spans, from: usize, to: usize, packed: &mut [f32]) {
    let last = offsets.len() - 1;
    for (tile, packed) in packed.chunks_exact_mut(TILE * (to - from)).enumerate().take(last / TILE + 1) {
        let mut rest = packed;
        let mut k = from;
        while k < to {
            let (span, within) = (k / spans.len, k % spans.len);
            let len = (spans.len - within).min(to - k);
            let (row, column) = (span / spans.columns, span % spans.columns);
            let start = row * spans.row_step + column * spans.column_step + within;
            let pixels = [0, 1, 2, 3].map(|i| &x[offsets[(tile * TILE + i).min(last)] + start..][..len]);
            let (head, tail) = rest.split_at_mut(TILE * len);
            interleave::<S>(pixels, head);
            rest = tail;
            k += len;
        }
    }
}

/// `to[4 · k + i] = from[i][k]`.
#[inline(always)]
fn interleave<S: Simd>(from: [&[f32]; TILE], to: &mut [f32]) {
    let len = to.len() / TILE;
    assert!(from.iter().all(|from| from.len() == len));
    let whole = len - len % 4;
    for k in (0..whole).step_by(4) {
        // SAFETY: four floats lie behind `k` in every pixel, and sixteen in the output.
        unsafe { S::interleave(from.map(|from| from.as_ptr().add(k)), to.as_mut_ptr().add(TILE * k)) };
    }
    for k in whole..len {
        for i in 0..TILE {
            to[TILE * k + i] = from[i][k];
        }
    }
}

/// Four pixels by one panel.
pub struct Tile<'a> {
    /// The pixels' inputs, interleaved.
    pub packed: &'a [f32],
    /// As many positions of the panel.
    pub panel: &'a [f32],
    /// What every pixel's sums start from; if absent, from what the output holds.
    pub start: Option<&'a [f32; WIDTH]>,
    /// What is added at the end, laid out as the output.
    pub residual: Option<&'a [f32]>,
    /// From one pixel's output to the next one's.
    pub step: usize,
    /// What the results are clamped to.
    pub low: f32,
    /// What the results are clamped to.
    pub high: f32,
}

impl Tile<'_> {
    /// Writes eight channels of four pixels.
    #[inline(always)]
    pub fn run<S: Simd>(&self, y: &mut [f32]) {
        let positions = self.panel.len() / WIDTH;
        let reach = (TILE - 1) * self.step + WIDTH;
        assert!(S::LANES == 4 && positions > 0 && self.packed.len() == positions * TILE && reach <= y.len());
        assert!(self.residual.is_none_or(|residual| reach <= residual.len()));
        let (start, start_step) = self.start.map_or((y.as_ptr(), self.step), |start| (start.as_ptr(), 0));
        let mut sums = [0.0; TILE * WIDTH];
        // SAFETY: the lengths have just been checked; a pixel's channels are two vectors.
        unsafe {
            for i in 0..2 * TILE {
                let (pixel, column) = (i / 2, i % 2 * 4);
                S::store(sums.as_mut_ptr().add(i * 4), S::load(start.add(pixel * start_step + column)));
            }
            multiply::<S>(&mut sums, self.packed.as_ptr(), self.panel.as_ptr(), positions);
            let (low, high) = (S::splat(self.low), S::splat(self.high));
            for i in 0..2 * TILE {
                let at = i / 2 * self.step + i % 2 * 4;
                let sum = S::load(sums.as_ptr().add(i * 4));
                let sum = match self.residual {
                    Some(residual) => S::add(sum, S::load(residual.as_ptr().add(at))),
                    None => sum,
                };
                S::store(y.as_mut_ptr().add(at), S::clamp(sum, low, high));
            }
        }
    }

    /// Writes fewer pixels or channels than a tile has.
    #[inline(always)]
    pub fn run_partly<S: Simd>(&self, pixels: usize, columns: usize, y: &mut [f32]) {
        let mut sums = [0.0; TILE * WIDTH];
        let mut residuals = [0.0; TILE * WIDTH];
        for i in 0..pixels {
            let row = i * self.step..i * self.step + columns;
            sums[i * WIDTH..][..columns].copy_from_slice(&y[row.clone()]);
            if let Some(residual) = self.residual {
                residuals[i * WIDTH..][..columns].copy_from_slice(&residual[row]);
            }
        }
        let residual = self.residual.map(|_| &residuals[..]);
        Tile { residual, step: WIDTH, ..*self }.run::<S>(&mut sums);
        for i in 0..pixels {
            y[i * self.step..][..columns].copy_from_slice(&sums[i * WIDTH..][..columns]);
        }
    }
}

/// Adds the products of all positions to four pixels' sums.
///
/// # Safety
/// There are so many positions, at least one, of four inputs and eight weights each; vectors have four lanes.
// In WebAssembly a function of its own that does nothing else, or the host's register allocation suffers.
#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
unsafe fn multiply<S: Simd>(
    sums: &mut [f32; TILE * WIDTH],
    mut x: *const f32,
    mut panel: *const f32,
    mut positions: usize,
) {
    // SAFETY: the caller's promise; the loop ends behind the last position.
    unsafe {
        let mut vectors = [[S::splat(0.0); 2]; TILE];
        for (i, vector) in vectors.as_flattened_mut().iter_mut().enumerate() {
            *vector = S::load(sums.as_ptr().add(i * 4));
        }
        macro_rules! positions {
            ($($k:literal)*) => {$(
                position::<S>(&mut vectors, x.add($k * TILE), panel.add($k * WIDTH));
                if positions == $k + 1 {
                    break;
                }
            )*};
        }
        loop {
            positions!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31);
            positions -= 32;
            x = x.add(32 * TILE);
            panel = panel.add(32 * WIDTH);
        }
        for (i, &vector) in vectors.as_flattened().iter().enumerate() {
            S::store(sums.as_mut_ptr().add(i * 4), vector);
        }
    }
}

/// # Safety
/// Four inputs and eight weights lie there.
#[inline(always)]
unsafe fn position<S: Simd>(sums: &mut [[S::Vector; 2]; TILE], x: *const f32, weights: *const f32) {
    // SAFETY: the caller's promise.
    unsafe {
        let columns = [S::load(weights), S::load(weights.add(4))];
        let x = S::broadcast_four(x);
        for i in 0..TILE {
            for v in 0..2 {
                sums[i][v] = S::mul_add(x[i], columns[v], sums[i][v]);
            }
        }
    }
}
