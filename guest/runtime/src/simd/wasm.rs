//! WebAssembly's 128-bit vectors, with the relaxed multiply-add where the module is built for it.

use super::{Simd, Tiling};
use std::arch::wasm32::*;

#[derive(Clone, Copy)]
pub struct Wasm;

// SAFETY: the module is built for the instructions, so a host that runs it has them.
unsafe impl Simd for Wasm {
    type Vector = v128;
    type Dot = super::dot::WasmDot;
    type Words = super::words::WasmWords;
    const LANES: usize = 4;
    const TILING: Tiling = Tiling::Packed;

    #[inline(always)]
    unsafe fn splat(value: f32) -> v128 {
        f32x4_splat(value)
    }

    #[inline(always)]
    unsafe fn broadcast(from: *const f32) -> v128 {
        // SAFETY: the instructions are there and the caller has a float there.
        unsafe { v128_load32_splat(from.cast()) }
    }

    #[inline(always)]
    unsafe fn broadcast_four(from: *const f32) -> [v128; 4] {
        // SAFETY: the caller has four floats there.
        let four = unsafe { v128_load(from.cast()) };
        [
            i32x4_shuffle::<0, 0, 0, 0>(four, four),
            i32x4_shuffle::<1, 1, 1, 1>(four, four),
            i32x4_shuffle::<2, 2, 2, 2>(four, four),
            i32x4_shuffle::<3, 3, 3, 3>(four, four),
        ]
    }

    #[inline(always)]
    unsafe fn interleave(from: [*const f32; 4], to: *mut f32) {
        // SAFETY: the caller has four floats at each place and room for sixteen.
        unsafe {
            let [a, b, c, d] = from.map(|from| v128_load(from.cast()));
            let (ab, cd) = (i32x4_shuffle::<0, 4, 1, 5>(a, b), i32x4_shuffle::<0, 4, 1, 5>(c, d));
            v128_store(to.cast(), i64x2_shuffle::<0, 2>(ab, cd));
            v128_store(to.add(4).cast(), i64x2_shuffle::<1, 3>(ab, cd));
            let (ab, cd) = (i32x4_shuffle::<2, 6, 3, 7>(a, b), i32x4_shuffle::<2, 6, 3, 7>(c, d));
            v128_store(to.add(8).cast(), i64x2_shuffle::<0, 2>(ab, cd));
            v128_store(to.add(12).cast(), i64x2_shuffle::<1, 3>(ab, cd));
        }
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> v128 {
        // SAFETY: the caller has four floats there.
        unsafe { v128_load(from.cast()) }
    }

    #[inline(always)]
    unsafe fn load_halves(low: *const f32, high: *const f32) -> v128 {
        // SAFETY: the caller has two floats at either.
        unsafe { v128_load64_lane::<1>(v128_load64_zero(low.cast()), high.cast()) }
    }

    #[inline(always)]
    unsafe fn store(to: *mut f32, vector: v128) {
        // SAFETY: the caller has four floats there.
        unsafe { v128_store(to.cast(), vector) }
    }

    #[inline(always)]
    unsafe fn add(a: v128, b: v128) -> v128 {
        f32x4_add(a, b)
    }

    #[cfg(target_feature = "relaxed-simd")]
    #[inline(always)]
    unsafe fn mul_add(a: v128, b: v128, c: v128) -> v128 {
        f32x4_relaxed_madd(a, b, c)
    }

    #[cfg(not(target_feature = "relaxed-simd"))]
    #[inline(always)]
    unsafe fn mul_add(a: v128, b: v128, c: v128) -> v128 {
        f32x4_add(f32x4_mul(a, b), c)
    }

    #[inline(always)]
    unsafe fn clamp(x: v128, low: v128, high: v128) -> v128 {
        // The pseudo-minimum is one instruction on every host, the other one is seven.
        f32x4_pmin(f32x4_pmax(x, low), high)
    }
}
