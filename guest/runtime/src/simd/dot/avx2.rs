//! AVX2: products of bytes, summed in pairs of 16 bits and then of 32.

use super::{Dot, Finish, MAGIC};
use std::arch::x86_64::*;

/// AVX2's products of bytes, summed in pairs of 16 bits and then of 32.
#[derive(Clone, Copy)]
pub struct Avx2Dot;

// SAFETY: it is used only where AVX2 was detected.
unsafe impl Dot for Avx2Dot {
    type Sums = __m256i;
    type Weights = __m256i;
    type Inputs = __m256i;
    const STEP: usize = 4;

    #[inline(always)]
    unsafe fn load(from: *const i32) -> __m256i {
        // SAFETY: the instructions are there and the caller has eight sums there.
        unsafe { _mm256_loadu_si256(from.cast()) }
    }

    #[inline(always)]
    unsafe fn store(to: *mut i32, sums: __m256i) {
        // SAFETY: the instructions are there and the caller has room for eight sums there.
        unsafe { _mm256_storeu_si256(to.cast(), sums) }
    }

    #[inline(always)]
    unsafe fn weights(from: *const i8) -> __m256i {
        // SAFETY: the instructions are there and the caller has 32 weights there.
        unsafe { _mm256_loadu_si256(from.cast()) }
    }

    #[inline(always)]
    unsafe fn spread<const FOURS: usize, const WIDE: bool>(from: *const u8) -> [__m256i; FOURS] {
        // SAFETY: the instructions are there and the caller has so many fours of inputs there.
        std::array::from_fn(|k| unsafe { _mm256_set1_epi32(from.add(4 * k).cast::<i32>().read_unaligned()) })
    }

    #[inline(always)]
    unsafe fn interleave(from: [*const u8; 4]) -> __m256i {
        // SAFETY: the instructions are there and the caller has eight inputs at each place.
        unsafe {
            let [a, b, c, d] = from.map(|from| _mm_loadl_epi64(from.cast()));
            let (ab, cd) = (_mm_unpacklo_epi8(a, b), _mm_unpacklo_epi8(c, d));
            _mm256_set_m128i(_mm_unpackhi_epi16(ab, cd), _mm_unpacklo_epi16(ab, cd))
        }
    }

    #[inline(always)]
    unsafe fn dot<const FOURS: usize>(
        mut sums: __m256i,
        weights: [__m256i; FOURS],
        inputs: [__m256i; FOURS],
    ) -> __m256i {
        // SAFETY: the instructions are there.
        unsafe {
            for k in (0..FOURS).step_by(2) {
                let mut twos = _mm256_maddubs_epi16(inputs[k], weights[k]);
                if k + 1 < FOURS {
                    twos = _mm256_add_epi16(twos, _mm256_maddubs_epi16(inputs[k + 1], weights[k + 1]));
                }
                sums = _mm256_add_epi32(sums, _mm256_madd_epi16(twos, _mm256_set1_epi16(1)));
            }
        }
        sums
    }

    #[inline(always)]
    unsafe fn finish(
        sums: [__m256i; 2],
        multipliers: *const f32,
        finish: &Finish,
        residual: Option<[*const u8; 2]>,
        to: [*mut u8; 2],
    ) {
        // SAFETY: the instructions are there and the caller has eight multipliers, and eight bytes at each place.
        unsafe {
            let factors = _mm256_loadu_ps(multipliers);
            let first = whole(sums[0], factors, finish, residual.map(|residual| residual[0]));
            let second = whole(sums[1], factors, finish, residual.map(|residual| residual[1]));
            // The first four of both, then the others.
            let words = _mm256_permute4x64_epi64::<0b11_01_10_00>(_mm256_packs_epi32(first, second));
            let words = _mm256_adds_epi16(words, _mm256_set1_epi16(finish.zero));
            let words = [_mm256_castsi256_si128(words), _mm256_extracti128_si256::<1>(words)];
            let bytes =
                _mm_min_epu8(_mm_packs_epi16(words[0], words[1]), _mm_loadu_si128(finish.highest.as_ptr().cast()));
            _mm_storel_epi64(to[0].cast(), bytes);
            _mm_storel_epi64(to[1].cast(), _mm_unpackhi_epi64(bytes, bytes));
        }
    }
}

/// Eight sums of a pixel as whole numbers, less what stands for 0.
///
/// # Safety
/// The instructions are there, and eight bytes at the residual's place.
// A closure would not always be inlined, and the instructions in it would be functions.
#[inline(always)]
unsafe fn whole(sums: __m256i, factors: __m256, finish: &Finish, residual: Option<*const u8>) -> __m256i {
    // SAFETY: the caller's promise.
    unsafe {
        let mut numbers = _mm256_mul_ps(_mm256_cvtepi32_ps(sums), factors);
        if let Some(residual) = residual {
            let steps = _mm256_cvtepu8_epi32(_mm_loadl_epi64(residual.cast()));
            let steps = _mm256_sub_epi32(steps, _mm256_set1_epi32(finish.residual_zero));
            let scale = _mm256_set1_ps(finish.residual_scale);
            numbers = _mm256_add_ps(numbers, _mm256_mul_ps(_mm256_cvtepi32_ps(steps), scale));
        }
        let number = _mm256_max_ps(numbers, _mm256_set1_ps(finish.low));
        let rounded = _mm256_castps_si256(_mm256_add_ps(number, _mm256_set1_ps(MAGIC)));
        _mm256_sub_epi32(rounded, _mm256_set1_epi32(MAGIC.to_bits() as i32))
    }
}
