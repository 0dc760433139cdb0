//! Sums of products of numbers of 16 bits, two at a time for eight output channels. All hosts get the same integers: inputs
//! are differences of bytes, weights are bytes, and so every product and sum fits 32 bits.

/// Eight sums of 32 bits, one for each output channel.
///
/// # Safety
/// As [`super::Simd`].
pub unsafe trait Words: Copy {
    /// The sums.
    type Sums: Copy;
    /// Two weights of each of eight output channels.
    type Weights: Copy;

    /// Eight sums.
    unsafe fn load(from: *const i32) -> Self::Sums;
    /// Eight sums.
    unsafe fn store(to: *mut i32, sums: Self::Sums);
    /// 16 weights.
    unsafe fn weights(from: *const i8) -> Self::Weights;
    /// Adds the products of the same two inputs with the weights of every channel.
    unsafe fn dot(sums: Self::Sums, weights: Self::Weights, inputs: *const i16) -> Self::Sums;
    /// Adds the products of two inputs of each channel, which lie eight by eight at two places, with its weights.
    unsafe fn products(sums: Self::Sums, weights: Self::Weights, inputs: [*const i16; 2]) -> Self::Sums;
}

/// One product after the other.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[derive(Clone, Copy)]
pub struct PortableWords;

// SAFETY: it needs no instructions that are not everywhere.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
unsafe impl Words for PortableWords {
    type Sums = [i32; 8];
    type Weights = [i8; 16];

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
    unsafe fn weights(from: *const i8) -> [i8; 16] {
        // SAFETY: the caller has 16 weights there.
        unsafe { from.cast::<[i8; 16]>().read_unaligned() }
    }

    #[inline(always)]
    unsafe fn dot(mut sums: [i32; 8], weights: [i8; 16], inputs: *const i16) -> [i32; 8] {
        // SAFETY: the caller has two inputs there.
        let inputs = unsafe { inputs.cast::<[i16; 2]>().read_unaligned() };
        for (sum, weights) in sums.iter_mut().zip(weights.as_chunks::<2>().0) {
            *sum = two(*sum, inputs, *weights);
        }
        sums
    }

    #[inline(always)]
    unsafe fn products(mut sums: [i32; 8], weights: [i8; 16], inputs: [*const i16; 2]) -> [i32; 8] {
        // SAFETY: the caller has eight inputs at either place.
        let [first, second] = inputs.map(|inputs| unsafe { inputs.cast::<[i16; 8]>().read_unaligned() });
        for (channel, weights) in weights.as_chunks::<2>().0.iter().enumerate() {
            sums[channel] = two(sums[channel], [first[channel], second[channel]], *weights);
        }
        sums
    }
}

/// A sum and two products.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[inline(always)]
fn two(sum: i32, inputs: [i16; 2], weights: [i8; 2]) -> i32 {
    let product = |i: usize| i32::from(inputs[i]) * i32::from(weights[i]);
    sum.wrapping_add(product(0) + product(1))
}

/// AVX2's products of 16 bits, summed in pairs.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy)]
pub struct Avx2Words;

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use super::{Avx2Words, Words};
    use std::arch::x86_64::*;

    // SAFETY: it is used only where AVX2 was detected.
    unsafe impl Words for Avx2Words {
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
            // SAFETY: the instructions are there and the caller has 16 weights there.
            unsafe { _mm256_cvtepi8_epi16(_mm_loadu_si128(from.cast())) }
        }

        #[inline(always)]
        unsafe fn dot(sums: __m256i, weights: __m256i, inputs: *const i16) -> __m256i {
            // SAFETY: the instructions are there and the caller has two inputs there.
            unsafe {
                let inputs = _mm256_set1_epi32(inputs.cast::<i32>().read_unaligned());
                _mm256_add_epi32(sums, _mm256_madd_epi16(inputs, weights))
            }
        }

        #[inline(always)]
        unsafe fn products(sums: __m256i, weights: __m256i, inputs: [*const i16; 2]) -> __m256i {
            // SAFETY: the instructions are there and the caller has eight inputs at either place.
            unsafe {
                let [first, second] = inputs.map(|inputs| _mm_loadu_si128(inputs.cast()));
                let (low, high) = (_mm_unpacklo_epi16(first, second), _mm_unpackhi_epi16(first, second));
                _mm256_add_epi32(sums, _mm256_madd_epi16(_mm256_set_m128i(high, low), weights))
            }
        }
    }
}

/// WebAssembly's products of 16 bits, summed in pairs.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[derive(Clone, Copy)]
pub struct WasmWords;

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod wasm {
    use super::{WasmWords, Words};
    use std::arch::wasm32::*;

    // SAFETY: the module is built for the instructions, so a host that runs it has them.
    unsafe impl Words for WasmWords {
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
            // SAFETY: the caller has 16 weights there.
            unsafe { [i16x8_load_extend_i8x8(from), i16x8_load_extend_i8x8(from.add(8))] }
        }

        #[inline(always)]
        unsafe fn dot(sums: [v128; 2], weights: [v128; 2], inputs: *const i16) -> [v128; 2] {
            // SAFETY: the caller has two inputs there.
            let inputs = unsafe { v128_load32_splat(inputs.cast()) };
            [0, 1].map(|i| i32x4_add(sums[i], i32x4_dot_i16x8(inputs, weights[i])))
        }

        #[inline(always)]
        unsafe fn products(sums: [v128; 2], weights: [v128; 2], inputs: [*const i16; 2]) -> [v128; 2] {
            // SAFETY: the caller has eight inputs at either place.
            let [first, second] = inputs.map(|inputs| unsafe { v128_load(inputs.cast()) });
            let low = i16x8_shuffle::<0, 8, 1, 9, 2, 10, 3, 11>(first, second);
            let high = i16x8_shuffle::<4, 12, 5, 13, 6, 14, 7, 15>(first, second);
            [
                i32x4_add(sums[0], i32x4_dot_i16x8(low, weights[0])),
                i32x4_add(sums[1], i32x4_dot_i16x8(high, weights[1])),
            ]
        }
    }
}
