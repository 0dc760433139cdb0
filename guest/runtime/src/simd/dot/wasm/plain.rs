//! Without relaxed instructions: products of 16 bits.

use std::arch::wasm32::*;

/// Four weights of each of two channels, and of each of two others, in 16 bits.
pub type Weights = [v128; 2];
/// Four inputs of each of two channels, and of each of two others, in 16 bits.
pub type Inputs = [v128; 2];

/// How many fours are multiplied at once: weights of more would not stay in registers.
pub const STEP: usize = 2;

/// Sixteen weights.
#[inline(always)]
pub unsafe fn weights(from: *const i8) -> Weights {
    // SAFETY: the caller has them there.
    unsafe { [i16x8_load_extend_i8x8(from), i16x8_load_extend_i8x8(from.add(8))] }
}

/// Some fours, each the same for all channels.
#[inline(always)]
pub unsafe fn spread<const FOURS: usize, const WIDE: bool>(from: *const u8) -> [Inputs; FOURS] {
    // SAFETY: the caller has so many fours of inputs there.
    let four = |k: usize| unsafe {
        if k == FOURS - 1 && k.is_multiple_of(2) {
            return i16x8_extend_low_u8x16(v128_load32_splat(from.add(4 * k).cast()));
        }
        let two = i16x8_load_extend_u8x8(from.add(4 * (k & !1)));
        if k.is_multiple_of(2) { i64x2_shuffle::<0, 0>(two, two) } else { i64x2_shuffle::<1, 1>(two, two) }
    };
    std::array::from_fn(|k| [four(k); 2])
}

/// Four inputs of each of four channels, as they are multiplied.
#[inline(always)]
pub fn inputs(inputs: v128) -> Inputs {
    [i16x8_extend_low_u8x16(inputs), i16x8_extend_high_u8x16(inputs)]
}

/// Adds products to each of four sums.
#[inline(always)]
pub fn add<const FOURS: usize>(sums: v128, weights: [Weights; FOURS], inputs: [Inputs; FOURS]) -> v128 {
    // Two sums of each of two channels.
    let pairs = [0, 1].map(|i| {
        let pair = |k: usize| i32x4_dot_i16x8(weights[k][i], inputs[k][i]);
        (1..FOURS).fold(pair(0), |sum, k| i32x4_add(sum, pair(k)))
    });
    let even = i32x4_shuffle::<0, 2, 4, 6>(pairs[0], pairs[1]);
    let odd = i32x4_shuffle::<1, 3, 5, 7>(pairs[0], pairs[1]);
    i32x4_add(sums, i32x4_add(even, odd))
}
