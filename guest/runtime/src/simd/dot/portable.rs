//! One product after the other.

use super::{Dot, Finish, nearest};

/// One product after the other.
#[derive(Clone, Copy)]
pub struct PortableDot;

// SAFETY: it needs no instructions that are not everywhere.
unsafe impl Dot for PortableDot {
    type Sums = [i32; 8];
    type Weights = [i16; 32];
    type Inputs = [i16; 32];
    const STEP: usize = 4;

    #[inline(always)]
    unsafe fn load(from: *const i32) -> [i32; 8] {
        // SAFETY: the caller has eight sums there.
        unsafe { from.cast::<[i32; 8]>().read_unaligned() }
    }

    #[inline(always)]
    unsafe fn store(to: *mut i32, sums: [i32; 8]) {
        // SAFETY: the caller has room for eight sums there.
        unsafe { to.cast::<[i32; 8]>().write_unaligned(sums) }
    }

    #[inline(always)]
    unsafe fn weights(from: *const i8) -> [i16; 32] {
        // SAFETY: the caller has 32 weights there.
        unsafe { from.cast::<[i8; 32]>().read_unaligned() }.map(i16::from)
    }

    #[inline(always)]
    unsafe fn spread<const FOURS: usize, const WIDE: bool>(from: *const u8) -> [[i16; 32]; FOURS] {
        std::array::from_fn(|k| {
            // SAFETY: the caller has so many fours of inputs there.
            let four = unsafe { from.add(4 * k).cast::<[u8; 4]>().read_unaligned() };
            std::array::from_fn(|i| i16::from(four[i % 4]))
        })
    }

    #[inline(always)]
    unsafe fn interleave(from: [*const u8; 4]) -> [i16; 32] {
        // SAFETY: the caller has eight inputs at each place.
        let from = from.map(|from| unsafe { from.cast::<[u8; 8]>().read_unaligned() });
        std::array::from_fn(|i| i16::from(from[i % 4][i / 4]))
    }

    #[inline(always)]
    unsafe fn dot<const FOURS: usize>(
        mut sums: [i32; 8],
        weights: [[i16; 32]; FOURS],
        inputs: [[i16; 32]; FOURS],
    ) -> [i32; 8] {
        for (weights, inputs) in weights.iter().zip(&inputs) {
            for (i, sum) in sums.iter_mut().enumerate() {
                for k in 4 * i..4 * i + 4 {
                    *sum += i32::from(weights[k]) * i32::from(inputs[k]);
                }
            }
        }
        sums
    }

    #[inline(always)]
    unsafe fn finish(
        sums: [[i32; 8]; 2],
        multipliers: *const f32,
        finish: &Finish,
        residual: Option<[*const u8; 2]>,
        to: [*mut u8; 2],
    ) {
        for i in 0..2 {
            // SAFETY: the caller has eight multipliers, and eight bytes at each place.
            unsafe {
                let mut numbers = multipliers.cast::<[f32; 8]>().read_unaligned();
                for (number, sum) in numbers.iter_mut().zip(sums[i]) {
                    *number *= sum as f32;
                }
                if let Some(residual) = residual {
                    let residual = residual[i].cast::<[u8; 8]>().read_unaligned();
                    for (number, byte) in numbers.iter_mut().zip(residual) {
                        *number += (i32::from(byte) - finish.residual_zero) as f32 * finish.residual_scale;
                    }
                }
                let bytes = numbers.map(|number| {
                    // What is too high stays so, up to infinity.
                    let rounded = nearest(number.max(finish.low)).saturating_add(finish.zero.into());
                    rounded.clamp(0, finish.highest[0].into()) as u8
                });
                to[i].cast::<[u8; 8]>().write_unaligned(bytes);
            }
        }
    }
}
