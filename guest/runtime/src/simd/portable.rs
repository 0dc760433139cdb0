//! Four floats without special instructions: the compiler finds what there is.

use super::{Simd, Tiling};

#[derive(Clone, Copy)]
pub struct Portable;

type Vector = [f32; 4];

// SAFETY: needs no instruction set.
unsafe impl Simd for Portable {
    type Vector = Vector;
    type Dot = super::dot::PortableDot;
    type Words = super::words::PortableWords;
    const LANES: usize = 4;
    const TILING: Tiling = Tiling::Packed;

    #[inline(always)]
    unsafe fn splat(value: f32) -> Vector {
        [value; 4]
    }

    #[inline(always)]
    unsafe fn broadcast(from: *const f32) -> Vector {
        // SAFETY: the instructions are there and the caller has a float there.
        [unsafe { *from }; 4]
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Vector {
        // SAFETY: the caller has four floats there.
        unsafe { from.cast::<Vector>().read() }
    }

    #[inline(always)]
    unsafe fn load_halves(low: *const f32, high: *const f32) -> Vector {
        // SAFETY: the caller has two floats at either.
        let (low, high) = unsafe { (low.cast::<[f32; 2]>().read(), high.cast::<[f32; 2]>().read()) };
        [low[0], low[1], high[0], high[1]]
    }

    #[inline(always)]
    unsafe fn store(to: *mut f32, vector: Vector) {
        // SAFETY: the caller has four floats there.
        unsafe { to.cast::<Vector>().write(vector) }
    }

    #[inline(always)]
    unsafe fn add(a: Vector, b: Vector) -> Vector {
        [a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3]]
    }

    #[inline(always)]
    unsafe fn mul_add(a: Vector, b: Vector, c: Vector) -> Vector {
        [a[0] * b[0] + c[0], a[1] * b[1] + c[1], a[2] * b[2] + c[2], a[3] * b[3] + c[3]]
    }

    #[inline(always)]
    unsafe fn clamp(x: Vector, low: Vector, high: Vector) -> Vector {
        let mut y = x;
        for i in 0..4 {
            y[i] = if y[i] < low[i] { low[i] } else { y[i] };
            y[i] = if y[i] > high[i] { high[i] } else { y[i] };
        }
        y
    }
}
