//! Sums of products of bytes, four at a time for eight output channels. All hosts get the same integers, since inputs have
//! seven bits and weights are not below −127: two products together fit 16 bits.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod portable;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod wasm;

#[cfg(target_arch = "x86_64")]
pub use avx2::Avx2Dot;
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
pub use portable::PortableDot;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub use wasm::WasmDot;

/// Eight sums of 32 bits, one for each output channel.
///
/// # Safety
/// As [`super::Simd`].
pub unsafe trait Dot: Copy {
    /// The sums.
    type Sums: Copy;
    /// Four weights of each of eight channels.
    type Weights: Copy;
    /// Four inputs of each of eight channels.
    type Inputs: Copy;
    /// How many fours a dense convolution multiplies at once: 2 or 4.
    const STEP: usize;

    /// Eight sums.
    unsafe fn load(from: *const i32) -> Self::Sums;
    /// Eight sums.
    unsafe fn store(to: *mut i32, sums: Self::Sums);
    /// 32 weights.
    unsafe fn weights(from: *const i8) -> Self::Weights;
    /// Fours of inputs that lie behind one another, up to four of them, each for each of eight channels. `WIDE` says that
    /// the sixteen bytes up to their end can be read.
    unsafe fn spread<const FOURS: usize, const WIDE: bool>(from: *const u8) -> [Self::Inputs; FOURS];
    /// The first input of each of four places, then the second ones, and so on to the eighth ones; another eight
    /// bytes behind each are read and ignored.
    unsafe fn interleave(from: [*const u8; 4]) -> Self::Inputs;
    /// Adds each channel's products of up to four fours of inputs, from 0 to 127, with fours of weights. Of two neighbouring
    /// fours the products with the first two weights fit 16 bits together, and those with the last two
    /// ([`maasm_plan::op::MOST_WEIGHT`]).
    unsafe fn dot<const FOURS: usize>(
        sums: Self::Sums,
        weights: [Self::Weights; FOURS],
        inputs: [Self::Inputs; FOURS],
    ) -> Self::Sums;
    /// As [`Dot::dot`], from eight sums to eight sums.
    #[inline(always)]
    unsafe fn add<const FOURS: usize>(
        from: *const i32,
        to: *mut i32,
        weights: [Self::Weights; FOURS],
        inputs: [Self::Inputs; FOURS],
    ) {
        // SAFETY: the caller's promise.
        unsafe { Self::store(to, Self::dot(Self::load(from), weights, inputs)) }
    }
    /// Writes eight sums of each of two pixels as bytes, at any alignment; each of the eight has a multiplier.
    unsafe fn finish(
        sums: [Self::Sums; 2],
        multipliers: *const f32,
        finish: &Finish,
        residual: Option<[*const u8; 2]>,
        to: [*mut u8; 2],
    );
}

/// How sums become numbers; what each step means is told in [`maasm_plan::op::QuantizedConv`].
#[derive(Clone, Copy)]
pub struct Finish {
    /// The lowest and the highest result, of bytes less `zero`.
    pub low: f32,
    pub high: f32,
    /// The highest byte, over and over.
    pub highest: [u8; 16],
    /// What stands for 0.
    pub zero: i16,
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
