//! What becomes of a tile's sums where they become bytes.

use super::tile::PIXELS;
use crate::kernels::quantized::rescale::LANES;
use crate::simd::{Dot, Finish};

/// Writes the sums of pixels as bytes, from one pixel to the next `step` apart in output and residual. The residual is read
/// only where it is added.
///
/// # Safety
/// There are at most [`PIXELS`] pixels and eight multipliers; eight bytes lie at every pixel's place of the output, and of
/// the residual if it is added.
// In WebAssembly a function of its own that does nothing else, or the host's register allocation suffers; unrolled, since the
// host spills everything around its check for interruption whenever a loop turns.
#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
pub unsafe fn run<D: Dot, const ADDS: bool>(
    sums: &[[i32; LANES]],
    multipliers: *const f32,
    finish: &Finish,
    residual: *const u8,
    to: *mut u8,
    step: usize,
) {
    let pixels = sums.len();
    let sums = sums.as_ptr();
    // SAFETY: the caller's promise.
    let write = |of: [usize; 2]| unsafe { two::<D, ADDS>(of, sums, multipliers, finish, residual, to, step) };
    macro_rules! pairs {
        ($($first:literal $second:literal,)*) => {'all: {
            $(
                if pixels <= $second {
                    break 'all;
                }
                write([$first, $second]);
            )*
            const { assert!([$($first, $second),*].len() == PIXELS) };
        }};
    }
    pairs!(0 1, 2 3, 4 5, 6 7, 8 9, 10 11, 12 13,);
    if !pixels.is_multiple_of(2) {
        write([pixels - 1; 2]);
    }
}

/// [`run`] for two pixels.
///
/// # Safety
/// As for [`run`].
// Natively it has to be inlined, or the instructions of its level would be functions.
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
unsafe fn two<D: Dot, const ADDS: bool>(
    of: [usize; 2],
    sums: *const [i32; LANES],
    multipliers: *const f32,
    finish: &Finish,
    residual: *const u8,
    to: *mut u8,
    step: usize,
) {
    // SAFETY: the caller's promise.
    unsafe {
        let residual = ADDS.then(|| of.map(|pixel| residual.add(pixel * step)));
        let to = of.map(|pixel| to.add(pixel * step));
        D::finish(of.map(|pixel| D::load(sums.add(pixel).cast())), multipliers, finish, residual, to);
    }
}
