//! The relaxed product of bytes: of a signed one and one of seven bits, added up in pairs of 16 bits.

use std::arch::wasm32::*;

/// Four weights of each of four channels.
pub type Weights = v128;
/// Four inputs of each of four channels.
pub type Inputs = v128;

/// How many fours are multiplied at once.
pub const STEP: usize = 4;

/// Sixteen weights.
#[inline(always)]
pub unsafe fn weights(from: *const i8) -> Weights {
    // SAFETY: the caller has them there.
    unsafe { v128_load(from.cast()) }
}

/// Some fours, each the same for all channels.
#[inline(always)]
pub unsafe fn spread<const FOURS: usize, const WIDE: bool>(from: *const u8) -> [Inputs; FOURS] {
    if WIDE {
        // One load and some shuffles: the host loads and spreads in one instruction only what is used once.
        // SAFETY: the caller has sixteen bytes there, of which these inputs are the last ones.
        let wide = unsafe { v128_load(from.sub(4 * (4 - FOURS)).cast()) };
        let each = [
            i32x4_shuffle::<0, 0, 0, 0>(wide, wide),
            i32x4_shuffle::<1, 1, 1, 1>(wide, wide),
            i32x4_shuffle::<2, 2, 2, 2>(wide, wide),
            i32x4_shuffle::<3, 3, 3, 3>(wide, wide),
        ];
        return std::array::from_fn(|k| each[4 - FOURS + k]);
    }
    // SAFETY: the caller has so many fours of inputs there.
    std::array::from_fn(|k| unsafe { v128_load32_splat(from.add(4 * k).cast()) })
}

/// Four inputs of each of four channels, as they are multiplied.
#[inline(always)]
pub fn inputs(inputs: v128) -> Inputs {
    inputs
}

/// Adds products to each of four sums.
#[inline(always)]
pub fn add<const FOURS: usize>(sums: v128, weights: [Weights; FOURS], inputs: [Inputs; FOURS]) -> v128 {
    let twos = |k: usize| i16x8_relaxed_dot_i8x16_i7x16(weights[k], inputs[k]);
    let four = |k: usize| {
        let twos = if k + 1 < FOURS { i16x8_add(twos(k), twos(k + 1)) } else { twos(k) };
        // In two steps, or the host loads a constant for each.
        i32x4_dot_i16x8(twos, i16x8_splat(1))
    };
    let fours = if FOURS > 2 { i32x4_add(four(0), four(2)) } else { four(0) };
    i32x4_add(sums, fours)
}
