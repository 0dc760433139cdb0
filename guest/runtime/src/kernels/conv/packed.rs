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

/// A tile's sums, pixel by pixel.
pub type Sums = [f32; TILE * WIDTH];

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

/// Adds to a tile's sums the products of packed inputs and as many positions of a panel.
#[inline(always)]
pub fn accumulate<S: Simd>(sums: &mut Sums, packed: &[f32], panel: &[f32]) {
    let positions = panel.len() / WIDTH;
    assert!(S::LANES == 4 && positions > 0 && packed.len() == positions * TILE);
    // SAFETY: the lengths have just been checked.
    unsafe { multiply::<S>(sums, packed.as_ptr(), panel.as_ptr(), positions) };
}

/// # Safety
/// There are so many positions, at least one, of four inputs and eight weights each; vectors have four lanes.
// A function of its own in WebAssembly, so that the host has all registers for it.
#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
unsafe fn multiply<S: Simd>(sums: &mut Sums, mut x: *const f32, mut panel: *const f32, mut positions: usize) {
    // SAFETY: the caller's promise; the loop ends behind the last position.
    unsafe {
        let mut vectors = [[S::splat(0.0); 2]; TILE];
        for (i, vectors) in vectors.iter_mut().enumerate() {
            for (v, vector) in vectors.iter_mut().enumerate() {
                *vector = S::load(sums.as_ptr().add(i * WIDTH + v * 4));
            }
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
        for (i, vectors) in vectors.iter().enumerate() {
            for (v, &vector) in vectors.iter().enumerate() {
                S::store(sums.as_mut_ptr().add(i * WIDTH + v * 4), vector);
            }
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
