//! Sums of products of bytes, four at a time for eight output channels. All hosts get the same integers, since inputs have
//! seven bits and weights are not below −127: two products together fit 16 bits.

/// Eight sums of 32 bits, one for each output channel.
///
/// # Safety
/// As [`super::Simd`].
pub unsafe trait Dot: Copy {
    /// The sums.
    type Sums: Copy;
    /// Four weights of each of eight output channels.
    type Weights: Copy;

    /// Eight sums.
    unsafe fn load(from: *const i32) -> Self::Sums;
    /// Eight sums.
    unsafe fn store(to: *mut i32, sums: Self::Sums);
    /// 32 weights.
    unsafe fn weights(from: *const i8) -> Self::Weights;
    /// Adds the products of four inputs, each from 0 to 127, with the weights.
    unsafe fn dot(sums: Self::Sums, weights: Self::Weights, inputs: *const u8) -> Self::Sums;
}

/// One product after the other.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[derive(Clone, Copy)]
pub struct PortableDot;

// SAFETY: it needs no instructions that are not everywhere.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
unsafe impl Dot for PortableDot {
    type Sums = [i32; 8];
    type Weights = [i8; 32];

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
    unsafe fn weights(from: *const i8) -> [i8; 32] {
        // SAFETY: the caller has 32 weights there.
        unsafe { from.cast::<[i8; 32]>().read_unaligned() }
    }

    #[inline(always)]
    unsafe fn dot(mut sums: [i32; 8], weights: [i8; 32], inputs: *const u8) -> [i32; 8] {
        // SAFETY: the caller has four inputs there.
        let inputs = unsafe { inputs.cast::<[u8; 4]>().read_unaligned() };
        for (sum, weights) in sums.iter_mut().zip(weights.as_chunks::<4>().0) {
            for (weight, input) in weights.iter().zip(inputs) {
                *sum += i32::from(*weight) * i32::from(input);
            }
        }
        sums
    }
}

/// AVX2's products of bytes, summed in pairs of 16 bits and then of 32.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy)]
pub struct Avx2Dot;

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use super::{Avx2Dot, Dot};
    use std::arch::x86_64::*;

    // SAFETY: it is used only where AVX2 was detected.
    unsafe impl Dot for Avx2Dot {
        type Sums = __m256i;
        type Weights = __m256i;

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
        unsafe fn dot(sums: __m256i, weights: __m256i, inputs: *const u8) -> __m256i {
            // SAFETY: the instructions are there and the caller has four inputs there.
            unsafe {
                let inputs = _mm256_set1_epi32(inputs.cast::<i32>().read_unaligned());
                let pairs = _mm256_maddubs_epi16(inputs, weights);
                _mm256_add_epi32(sums, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)))
            }
        }
    }
}

/// WebAssembly's products of bytes: the relaxed one of four where the module is built for it, else those of two.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[derive(Clone, Copy)]
pub struct WasmDot;

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod wasm {
    use super::{Dot, WasmDot};
    use std::arch::wasm32::*;

    // SAFETY: the module is built for the instructions, so a host that runs it has them.
    unsafe impl Dot for WasmDot {
        type Sums = [v128; 2];
        type Weights = [v128; 2];

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
        unsafe fn weights(from: *const i8) -> [v128; 2] {
            // SAFETY: the caller has 32 weights there.
            unsafe { [v128_load(from.cast()), v128_load(from.add(16).cast())] }
        }

        #[inline(always)]
        unsafe fn dot(sums: [v128; 2], weights: [v128; 2], inputs: *const u8) -> [v128; 2] {
            // SAFETY: the caller has four inputs there.
            let inputs = unsafe { v128_load32_splat(inputs.cast()) };
            [four(sums[0], weights[0], inputs), four(sums[1], weights[1], inputs)]
        }
    }

    /// Adds four products to each of four sums.
    #[cfg(target_feature = "relaxed-simd")]
    #[inline(always)]
    fn four(sums: v128, weights: v128, inputs: v128) -> v128 {
        i32x4_relaxed_dot_i8x16_i7x16_add(weights, inputs, sums)
    }

    /// Adds four products to each of four sums.
    #[cfg(not(target_feature = "relaxed-simd"))]
    #[inline(always)]
    fn four(sums: v128, weights: v128, inputs: v128) -> v128 {
        let inputs = i16x8_extend_low_i8x16(inputs);
        let low = i32x4_dot_i16x8(i16x8_extend_low_i8x16(weights), inputs);
        let high = i32x4_dot_i16x8(i16x8_extend_high_i8x16(weights), inputs);
        let (even, odd) = (i32x4_shuffle::<0, 2, 4, 6>(low, high), i32x4_shuffle::<1, 3, 5, 7>(low, high));
        i32x4_add(sums, i32x4_add(even, odd))
    }
}
