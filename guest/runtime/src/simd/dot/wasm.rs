//! WebAssembly: the relaxed product of four bytes where the module is built for it, else those of two.

#[cfg(not(target_feature = "relaxed-simd"))]
mod plain;
#[cfg(target_feature = "relaxed-simd")]
mod relaxed;

use super::{Dot, Finish, MAGIC};
#[cfg(not(target_feature = "relaxed-simd"))]
use plain::*;
#[cfg(target_feature = "relaxed-simd")]
use relaxed::*;
use std::arch::wasm32::*;

/// WebAssembly's products of bytes: the relaxed one of four where the module is built for it, else those of two.
#[derive(Clone, Copy)]
pub struct WasmDot;

// SAFETY: the module is built for the instructions, so a host that runs it has them.
unsafe impl Dot for WasmDot {
    type Sums = [v128; 2];
    type Weights = [Weights; 2];
    type Inputs = [Inputs; 2];
    const STEP: usize = STEP;

    #[inline(always)]
    unsafe fn load(from: *const i32) -> [v128; 2] {
        // SAFETY: the caller has eight sums there.
        unsafe { [v128_load(from.cast()), v128_load(from.add(4).cast())] }
    }

    #[inline(always)]
    unsafe fn store(to: *mut i32, sums: [v128; 2]) {
        // SAFETY: the caller has room for eight sums there.
        unsafe {
            v128_store(to.cast(), sums[0]);
            v128_store(to.add(4).cast(), sums[1]);
        }
    }

    #[inline(always)]
    unsafe fn weights(from: *const i8) -> [Weights; 2] {
        // SAFETY: the caller has 32 weights there.
        unsafe { [weights(from), weights(from.add(16))] }
    }

    #[inline(always)]
    unsafe fn spread<const FOURS: usize, const WIDE: bool>(from: *const u8) -> [[Inputs; 2]; FOURS] {
        // SAFETY: the caller's promise.
        unsafe { spread::<FOURS, WIDE>(from) }.map(|four| [four; 2])
    }

    #[inline(always)]
    unsafe fn interleave(from: [*const u8; 4]) -> [Inputs; 2] {
        // SAFETY: the caller has sixteen inputs at each place. Loading eight takes three instructions on a usual host.
        let [a, b, c, d] = from.map(|from| unsafe { v128_load(from.cast()) });
        let two = |a, b| i8x16_shuffle::<0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23>(a, b);
        let (ab, cd) = (two(a, b), two(c, d));
        let first = i16x8_shuffle::<0, 8, 1, 9, 2, 10, 3, 11>(ab, cd);
        [first, i16x8_shuffle::<4, 12, 5, 13, 6, 14, 7, 15>(ab, cd)].map(inputs)
    }

    #[inline(always)]
    unsafe fn dot<const FOURS: usize>(
        sums: [v128; 2],
        weights: [[Weights; 2]; FOURS],
        inputs: [[Inputs; 2]; FOURS],
    ) -> [v128; 2] {
        [0, 1].map(|half| add(sums[half], weights.map(|weights| weights[half]), inputs.map(|inputs| inputs[half])))
    }

    // One half after the other needs fewer registers.
    #[inline(always)]
    unsafe fn add<const FOURS: usize>(
        from: *const i32,
        to: *mut i32,
        weights: [[Weights; 2]; FOURS],
        inputs: [[Inputs; 2]; FOURS],
    ) {
        for half in [0, 1] {
            let (weights, inputs) = (weights.map(|weights| weights[half]), inputs.map(|inputs| inputs[half]));
            // SAFETY: the caller has eight sums at each place.
            unsafe { v128_store(to.add(4 * half).cast(), add(v128_load(from.add(4 * half).cast()), weights, inputs)) }
        }
    }

    #[inline(always)]
    unsafe fn finish(
        sums: [[v128; 2]; 2],
        multipliers: *const f32,
        finish: &Finish,
        residual: Option<[*const u8; 2]>,
        to: [*mut u8; 2],
    ) {
        // SAFETY: the caller has eight multipliers, and eight bytes at each place.
        unsafe {
            let factors = [v128_load(multipliers.cast()), v128_load(multipliers.add(4).cast())];
            let words = |sums: [v128; 2], residual: Option<*const u8>| {
                let mut numbers = [0, 1].map(|i| f32x4_mul(f32x4_convert_i32x4(sums[i]), factors[i]));
                if let Some(residual) = residual {
                    let bytes = i16x8_load_extend_u8x8(residual);
                    let steps = i16x8_sub(bytes, i16x8_splat(finish.residual_zero as i16));
                    let scale = f32x4_splat(finish.residual_scale);
                    let added = |steps: v128| f32x4_mul(f32x4_convert_i32x4(steps), scale);
                    numbers[0] = f32x4_add(numbers[0], added(i32x4_extend_low_i16x8(steps)));
                    numbers[1] = f32x4_add(numbers[1], added(i32x4_extend_high_i16x8(steps)));
                }
                let rounded = numbers.map(|number| {
                    // The pseudo-maximum is one instruction on every host. What is too high stays so, up to infinity.
                    let number = f32x4_pmax(number, f32x4_splat(finish.low));
                    i32x4_sub(f32x4_add(number, f32x4_splat(MAGIC)), i32x4_splat(MAGIC.to_bits() as i32))
                });
                // Between two narrowings, which the compiler would merge into something slow.
                i16x8_add_sat(i16x8_narrow_i32x4(rounded[0], rounded[1]), i16x8_splat(finish.zero))
            };
            let first = words(sums[0], residual.map(|residual| residual[0]));
            let second = words(sums[1], residual.map(|residual| residual[1]));
            let bytes = u8x16_min(i8x16_narrow_i16x8(first, second), v128_load(finish.highest.as_ptr().cast()));
            v128_store64_lane::<0>(bytes, to[0].cast());
            v128_store64_lane::<1>(bytes, to[1].cast());
        }
    }
}
