//! AVX-512: sixteen floats, and twice the registers.

use super::{Kernel, Simd, Tiling};
use std::arch::x86_64::*;

#[derive(Clone, Copy)]
pub struct Avx512;

pub fn detected() -> bool {
    is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512dq")
}

/// # Safety
/// The machine has AVX2, FMA and AVX-512 with its doubleword instructions.
#[target_feature(enable = "avx2,fma,avx512f,avx512dq")]
pub unsafe fn run<K: Kernel>(kernel: K) {
    kernel.run::<Avx512>();
}

// SAFETY: used by `run` alone.
unsafe impl Simd for Avx512 {
    type Vector = __m512;
    type Dot = super::dot::Avx2Dot;
    type Words = super::words::Avx2Words;
    const LANES: usize = 16;
    const TILING: Tiling = Tiling::Direct(8);

    #[inline(always)]
    unsafe fn splat(value: f32) -> __m512 {
        // SAFETY: the instructions are there.
        unsafe { _mm512_set1_ps(value) }
    }

    #[inline(always)]
    unsafe fn broadcast(from: *const f32) -> __m512 {
        // SAFETY: the instructions are there and the caller has a float there.
        unsafe { _mm512_set1_ps(*from) }
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> __m512 {
        // SAFETY: the instructions are there and the caller has sixteen floats there.
        unsafe { _mm512_loadu_ps(from) }
    }

    #[inline(always)]
    unsafe fn load_halves(low: *const f32, high: *const f32) -> __m512 {
        // SAFETY: the instructions are there and the caller has eight floats at either.
        unsafe { _mm512_insertf32x8::<1>(_mm512_castps256_ps512(_mm256_loadu_ps(low)), _mm256_loadu_ps(high)) }
    }

    #[inline(always)]
    unsafe fn store(to: *mut f32, vector: __m512) {
        // SAFETY: the instructions are there and the caller has sixteen floats there.
        unsafe { _mm512_storeu_ps(to, vector) }
    }

    #[inline(always)]
    unsafe fn add(a: __m512, b: __m512) -> __m512 {
        // SAFETY: the instructions are there.
        unsafe { _mm512_add_ps(a, b) }
    }

    #[inline(always)]
    unsafe fn mul_add(a: __m512, b: __m512, c: __m512) -> __m512 {
        // SAFETY: the instructions are there.
        unsafe { _mm512_fmadd_ps(a, b, c) }
    }

    #[inline(always)]
    unsafe fn clamp(x: __m512, low: __m512, high: __m512) -> __m512 {
        // SAFETY: the instructions are there. Of a NaN and a number they give the second operand.
        unsafe { _mm512_min_ps(high, _mm512_max_ps(low, x)) }
    }
}
