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
    /// Adds the products of eight inputs with eight weights, and of eight others.
    unsafe fn products(sums: Self::Sums, inputs: [*const u8; 2], weights: [*const i8; 2]) -> Self::Sums;
    /// Writes eight sums as bytes, at any alignment.
    unsafe fn finish(sums: Self::Sums, finish: &Finish, residual: Option<*const u8>, to: *mut u8);
}

/// How sums become bytes; what each step means is told in [`maasm_plan::op::QuantizedConv`].
#[derive(Clone, Copy)]
pub struct Finish {
    /// What each sum is multiplied by.
    pub multipliers: [f32; 8],
    /// The lowest and the highest result, less `zero`.
    pub low: f32,
    pub high: f32,
    /// What stands for 0.
    pub zero: i32,
    /// What stands for 0 in the residual.
    pub residual_zero: i32,
    /// What a step of the residual is.
    pub residual_scale: f32,
}

/// Added to an f32 number of less than 2²² it leaves the nearest integer, ties to even, in the lowest bits: 1.5 · 2²³.
const MAGIC: f32 = 12_582_912.0;

/// The nearest integer of a number of less than 2²².
#[inline(always)]
pub fn nearest(number: f32) -> i32 {
    (number + MAGIC).to_bits() as i32 - MAGIC.to_bits() as i32
}

/// `low` where it is no number.
#[inline(always)]
pub fn clamp(number: f32, low: f32, high: f32) -> f32 {
    let number = if number > low { number } else { low };
    if number < high { number } else { high }
}

/// [`Dot::finish`], number by number.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[inline(always)]
fn finish_each(sums: &[i32; 8], finish: &Finish, residual: Option<[u8; 8]>) -> [u8; 8] {
    let mut numbers = [0.0; 8];
    for i in 0..8 {
        numbers[i] = sums[i] as f32 * finish.multipliers[i];
    }
    if let Some(residual) = residual {
        for i in 0..8 {
            numbers[i] += (i32::from(residual[i]) - finish.residual_zero) as f32 * finish.residual_scale;
        }
    }
    let mut bytes = [0; 8];
    for i in 0..8 {
        bytes[i] = (nearest(clamp(numbers[i], finish.low, finish.high)) + finish.zero) as u8;
    }
    bytes
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

    #[inline(always)]
    unsafe fn products(mut sums: [i32; 8], inputs: [*const u8; 2], weights: [*const i8; 2]) -> [i32; 8] {
        for (inputs, weights) in inputs.into_iter().zip(weights) {
            // SAFETY: the caller has eight inputs and as many weights there.
            let (inputs, weights) =
                unsafe { (inputs.cast::<[u8; 8]>().read_unaligned(), weights.cast::<[i8; 8]>().read_unaligned()) };
            for i in 0..8 {
                sums[i] += i32::from(inputs[i]) * i32::from(weights[i]);
            }
        }
        sums
    }

    #[inline(always)]
    unsafe fn finish(sums: [i32; 8], finish: &Finish, residual: Option<*const u8>, to: *mut u8) {
        // SAFETY: the caller has eight bytes at either.
        unsafe {
            let residual = residual.map(|residual| residual.cast::<[u8; 8]>().read_unaligned());
            to.cast::<[u8; 8]>().write_unaligned(finish_each(&sums, finish, residual));
        }
    }
}

/// AVX2's products of bytes, summed in pairs of 16 bits and then of 32.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy)]
pub struct Avx2Dot;

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use super::{Avx2Dot, Dot, Finish, finish_each};
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

        #[inline(always)]
        unsafe fn products(sums: __m256i, inputs: [*const u8; 2], weights: [*const i8; 2]) -> __m256i {
            // SAFETY: the instructions are there and the caller has eight inputs and weights at each place.
            unsafe {
                let product = |i: usize| {
                    let inputs = _mm_cvtepu8_epi16(_mm_loadl_epi64(inputs[i].cast()));
                    _mm_mullo_epi16(inputs, _mm_cvtepi8_epi16(_mm_loadl_epi64(weights[i].cast())))
                };
                // Two products fit 16 bits.
                _mm256_add_epi32(sums, _mm256_cvtepi16_epi32(_mm_add_epi16(product(0), product(1))))
            }
        }

        #[inline(always)]
        unsafe fn finish(sums: __m256i, finish: &Finish, residual: Option<*const u8>, to: *mut u8) {
            let mut all = [0; 8];
            // SAFETY: the instructions are there and the caller has eight bytes at either.
            unsafe {
                Self::store(all.as_mut_ptr(), sums);
                let residual = residual.map(|residual| residual.cast::<[u8; 8]>().read_unaligned());
                to.cast::<[u8; 8]>().write_unaligned(finish_each(&all, finish, residual));
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
    use super::{Dot, Finish, MAGIC, WasmDot};
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

        #[inline(always)]
        unsafe fn products(sums: [v128; 2], inputs: [*const u8; 2], weights: [*const i8; 2]) -> [v128; 2] {
            // SAFETY: the caller has eight inputs and weights at each place.
            let product =
                |i: usize| unsafe { i16x8_mul(i16x8_load_extend_u8x8(inputs[i]), i16x8_load_extend_i8x8(weights[i])) };
            // Two products fit 16 bits.
            let both = i16x8_add(product(0), product(1));
            [i32x4_add(sums[0], i32x4_extend_low_i16x8(both)), i32x4_add(sums[1], i32x4_extend_high_i16x8(both))]
        }

        #[inline(always)]
        unsafe fn finish(sums: [v128; 2], finish: &Finish, residual: Option<*const u8>, to: *mut u8) {
            // SAFETY: the caller has eight bytes at either.
            unsafe {
                let factors = finish.multipliers.as_ptr();
                let mut numbers = [
                    f32x4_mul(f32x4_convert_i32x4(sums[0]), v128_load(factors.cast())),
                    f32x4_mul(f32x4_convert_i32x4(sums[1]), v128_load(factors.add(4).cast())),
                ];
                if let Some(residual) = residual {
                    let bytes = i16x8_load_extend_u8x8(residual);
                    let steps = i16x8_sub(bytes, i16x8_splat(finish.residual_zero as i16));
                    let scale = f32x4_splat(finish.residual_scale);
                    let added = |steps: v128| f32x4_mul(f32x4_convert_i32x4(steps), scale);
                    numbers[0] = f32x4_add(numbers[0], added(i32x4_extend_low_i16x8(steps)));
                    numbers[1] = f32x4_add(numbers[1], added(i32x4_extend_high_i16x8(steps)));
                }
                let (low, high) = (f32x4_splat(finish.low), f32x4_splat(finish.high));
                let (magic, offset) = (f32x4_splat(MAGIC), i32x4_splat(finish.zero - MAGIC.to_bits() as i32));
                let rounded = numbers.map(|number| {
                    // The pseudo-minimum is one instruction on every host.
                    let number = f32x4_pmin(f32x4_pmax(number, low), high);
                    i32x4_add(f32x4_add(number, magic), offset)
                });
                let words = i16x8_narrow_i32x4(rounded[0], rounded[1]);
                v128_store64_lane::<0>(u8x16_narrow_i16x8(words, words), to.cast());
            }
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
