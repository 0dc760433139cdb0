//! AVX2 with fused multiply-add: eight floats.

use super::{Kernel, Simd, Tiling};
use std::arch::x86_64::*;

#[derive(Clone, Copy)]
pub struct Avx2;

pub fn detected() -> bool {
    is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")
}

/// # Safety
/// The machine has AVX2 and FMA.
#[target_feature(enable = "avx2,fma")]
pub unsafe fn run<K: Kernel>(kernel: K) {
    kernel.run::<Avx2>();
}

// SAFETY: used by `run` alone.
unsafe impl Simd for Avx2 {
    type Vector = __m256;
    type Dot = super::dot::Avx2Dot;
    type Words = super::words::Avx2Words;
    const LANES: usize = 8;
    const TILING: Tiling = Tiling::Direct(6);

    #[inline(always)]
    unsafe fn splat(value: f32) -> __m256 {
        // SAFETY: the instructions are there.
        unsafe { _mm256_set1_ps(value) }
    }

    #[inline(always)]
    unsafe fn broadcast(from: *const f32) -> __m256 {
        // SAFETY: the instructions are there and the caller has a float there.
        unsafe { _mm256_broadcast_ss(&*from) }
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> __m256 {
        // SAFETY: the instructions are there and the caller has eight floats there.
        unsafe { _mm256_loadu_ps(from) }
    }

    #[inline(always)]
    unsafe fn load_halves(low: *const f32, high: *const f32) -> __m256 {
        // SAFETY: the instructions are there and the caller has four floats at either.
        unsafe { _mm256_loadu2_m128(high, low) }
    }

    #[inline(always)]
    unsafe fn store(to: *mut f32, vector: __m256) {
        // SAFETY: the instructions are there and the caller has eight floats there.
        unsafe { _mm256_storeu_ps(to, vector) }
    }

    #[inline(always)]
    unsafe fn add(a: __m256, b: __m256) -> __m256 {
        // SAFETY: the instructions are there.
        unsafe { _mm256_add_ps(a, b) }
    }

    #[inline(always)]
    unsafe fn mul_add(a: __m256, b: __m256, c: __m256) -> __m256 {
        // SAFETY: the instructions are there.
        unsafe { _mm256_fmadd_ps(a, b, c) }
    }

    #[inline(always)]
    unsafe fn clamp(x: __m256, low: __m256, high: __m256) -> __m256 {
        // SAFETY: the instructions are there. Of a NaN and a number they give the second operand.
        unsafe { _mm256_min_ps(high, _mm256_max_ps(low, x)) }
    }
}
