//! One product after the other.

use super::{Dot, Finish, clamp, nearest};

/// [`Dot::finish`], number by number.
#[inline(always)]
pub fn finish_each(sums: &[i32; 8], multipliers: &[f32; 8], finish: &Finish, residual: Option<[u8; 8]>) -> [u8; 8] {
    let mut numbers = [0.0; 8];
    for i in 0..8 {
        numbers[i] = sums[i] as f32 * multipliers[i];
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
#[derive(Clone, Copy)]
pub struct PortableDot;

// SAFETY: it needs no instructions that are not everywhere.
unsafe impl Dot for PortableDot {
    type Sums = [i32; 8];
    type Fours = [i16; 32];

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
    unsafe fn weights(from: *const i8) -> [i16; 32] {
        // SAFETY: the caller has 32 weights there.
        unsafe { from.cast::<[i8; 32]>().read_unaligned() }.map(i16::from)
    }

    #[inline(always)]
    unsafe fn spread(from: *const u8) -> [i16; 32] {
        // SAFETY: the caller has four inputs there.
        let four = unsafe { from.cast::<[u8; 4]>().read_unaligned() };
        std::array::from_fn(|i| i16::from(four[i % 4]))
    }

    #[inline(always)]
    unsafe fn interleave(from: [*const u8; 4]) -> [i16; 32] {
        // SAFETY: the caller has eight inputs at each place.
        let from = from.map(|from| unsafe { from.cast::<[u8; 8]>().read_unaligned() });
        std::array::from_fn(|i| i16::from(from[i % 4][i / 4]))
    }

    #[inline(always)]
    unsafe fn dot(mut sums: [i32; 8], weights: [i16; 32], inputs: [i16; 32]) -> [i32; 8] {
        for (i, sum) in sums.iter_mut().enumerate() {
            for k in 4 * i..4 * i + 4 {
                *sum += i32::from(weights[k]) * i32::from(inputs[k]);
            }
        }
        sums
    }

    #[inline(always)]
    unsafe fn finish(
        sums: [i32; 8],
        multipliers: *const f32,
        finish: &Finish,
        residual: Option<*const u8>,
        to: *mut u8,
    ) {
        // SAFETY: the caller has eight multipliers, and eight bytes at either.
        unsafe {
            let multipliers = multipliers.cast::<[f32; 8]>().read_unaligned();
            let residual = residual.map(|residual| residual.cast::<[u8; 8]>().read_unaligned());
            to.cast::<[u8; 8]>().write_unaligned(finish_each(&sums, &multipliers, finish, residual));
        }
    }
}
