//! Vectors of floats, by what the machine has.
//!
//! A kernel is written once over [`Simd`] and packed into a [`Kernel`]; [`Level::run`] compiles it for every
//! instruction set and picks one.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod portable;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod wasm;

pub mod dot;
mod words;

pub use dot::{Dot, Finish};
pub use words::Words;

/// A vector of [`Simd::LANES`] floats.
///
/// # Safety
/// Every function may be called only where the instruction set is there, which [`Level::run`] sees to; those with
/// pointers need as many floats behind them as they read or write, at any alignment of a float.
pub unsafe trait Simd: Copy {
    /// The vector.
    type Vector: Copy;
    /// Floats in a vector: 4, 8 or 16.
    const LANES: usize;
    /// Sums of products of bytes.
    type Dot: Dot;
    /// Sums of products of 16 bits.
    type Words: Words;
    /// How a convolution keeps its sums in registers.
    const TILING: Tiling;

    /// The same float in all lanes.
    unsafe fn splat(value: f32) -> Self::Vector;
    /// The float at a place in all lanes.
    unsafe fn broadcast(from: *const f32) -> Self::Vector;
    /// Each of the four floats at a place in all lanes.
    #[inline(always)]
    unsafe fn broadcast_four(from: *const f32) -> [Self::Vector; 4] {
        // SAFETY: the caller's promise.
        unsafe { [0, 1, 2, 3].map(|i| Self::broadcast(from.add(i))) }
    }
    /// Writes the first float of each of four places, then the second ones, and so on to the fourth ones.
    #[inline(always)]
    unsafe fn interleave(from: [*const f32; 4], to: *mut f32) {
        for i in 0..16 {
            // SAFETY: the caller's promise.
            unsafe { *to.add(i) = *from[i % 4].add(i / 4) };
        }
    }
    /// `LANES` floats.
    unsafe fn load(from: *const f32) -> Self::Vector;
    /// `LANES / 2` floats from one place and as many from another.
    unsafe fn load_halves(low: *const f32, high: *const f32) -> Self::Vector;
    /// `LANES` floats.
    unsafe fn store(to: *mut f32, vector: Self::Vector);
    /// Sum by lanes.
    unsafe fn add(a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// `a · b + c` by lanes, rounded once or twice.
    unsafe fn mul_add(a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector;
    /// `min(max(x, low), high)` by lanes; NaN stays NaN.
    unsafe fn clamp(x: Self::Vector, low: Self::Vector, high: Self::Vector) -> Self::Vector;
}

/// How a convolution keeps its sums in registers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tiling {
    /// Four pixels by eight channels, from inputs that are interleaved first; for vectors of four.
    Packed,
    /// So many pixels, at most [`MAX_TILE`], by two vectors of channels, from inputs where they are.
    #[cfg_attr(not(target_arch = "x86_64"), allow(dead_code))]
    Direct(usize),
}

/// The most pixels of [`Tiling::Direct`].
pub const MAX_TILE: usize = 8;

/// Work to be done with one instruction set or another.
pub trait Kernel {
    /// Does it. Implementations are `#[inline(always)]`, so that they are compiled with the instruction set.
    fn run<S: Simd>(self);
}

/// An instruction set that this machine has: only [`Level::best`] and [`Level::all`] make one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level(Set);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Set {
    #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
    Portable,
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    Wasm,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl Level {
    /// Every one that this machine has, the best last.
    pub fn all() -> impl Iterator<Item = Self> {
        [
            #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
            Some(Set::Portable),
            #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
            Some(Set::Wasm),
            #[cfg(target_arch = "x86_64")]
            avx2::detected().then_some(Set::Avx2),
            #[cfg(target_arch = "x86_64")]
            (avx2::detected() && avx512::detected()).then_some(Set::Avx512),
        ]
        .into_iter()
        .flatten()
        .map(Self)
    }

    /// The best one that this machine has.
    pub fn best() -> Self {
        Self::all().last().expect("there is always one")
    }

    /// Runs a kernel with it.
    pub fn run<K: Kernel>(self, kernel: K) {
        match self.0 {
            #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
            Set::Portable => kernel.run::<portable::Portable>(),
            #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
            Set::Wasm => kernel.run::<wasm::Wasm>(),
            // SAFETY: a level with it exists only where it was detected.
            #[cfg(target_arch = "x86_64")]
            Set::Avx2 => unsafe { avx2::run(kernel) },
            // SAFETY: a level with it exists only where it was detected.
            #[cfg(target_arch = "x86_64")]
            Set::Avx512 => unsafe { avx512::run(kernel) },
        }
    }
}
