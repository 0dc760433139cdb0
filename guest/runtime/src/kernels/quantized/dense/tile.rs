//! The sums of a tile: of some pixels by eight output channels.
//!
//! They lie in memory. A step adds sixteen products to each, and loads and stores it once for them; so weights have the
//! registers to themselves, whatever the number of pixels. What is written here, and in which order, is what makes
//! WebAssembly hosts, which reorder nothing, keep everything else in registers.

use super::{COLUMNS, FOUR};
use crate::kernels::quantized::rescale::LANES;
use crate::simd::Dot;

/// The most pixels of a tile. Images of 7, 14, 28, 56 and 112 pixels squared are made of whole tiles, or of one half more.
pub const PIXELS: usize = 14;

/// Eight sums of each pixel.
pub type Sums = [[i32; LANES]; PIXELS];

/// The contiguous runs of input under a window.
#[derive(Clone, Copy)]
pub struct Spans<'a> {
    /// Where each begins, from where the window does.
    pub places: &'a [usize],
    /// How many fours each has.
    pub quads: usize,
}

/// What is summed up.
pub struct Tile<'a> {
    pub x: *const u8,
    /// Where each pixel's window begins in it.
    pub offsets: &'a [usize],
    pub weights: *const i8,
    pub spans: Spans<'a>,
}

/// What a step reads and writes.
struct State {
    offsets: *const usize,
    weights: *const i8,
    /// The sums before the step.
    from: *const [i32; LANES],
    /// Where they go.
    to: *mut [i32; LANES],
}

impl Tile<'_> {
    /// Computes the sums, which begin with the bias: the same eight numbers for each pixel.
    ///
    /// # Safety
    /// There are from one to [`PIXELS`] pixels, all spans lie inside the image wherever a window begins, and there are weights
    /// for all of them.
    #[inline(always)]
    pub unsafe fn run<D: Dot>(&self, bias: &Sums, sums: &mut Sums) {
        let Self { x, offsets, weights, spans } = *self;
        let (pixels, offsets) = (offsets.len(), offsets.as_ptr());
        let state: *mut State = &mut State { offsets, weights, from: bias.as_ptr(), to: sums.as_mut_ptr() };
        // SAFETY: the caller's promise.
        unsafe { accumulate::<D>(&raw const state, x, pixels, spans) }
    }
}

/// Adds the products of all spans.
///
/// # Safety
/// As for [`Tile::run`].
// In WebAssembly a function of its own that does nothing else, or the host's register allocation suffers.
#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
unsafe fn accumulate<D: Dot>(state: *const *mut State, x: *const u8, pixels: usize, spans: Spans) {
    let Spans { places, quads } = spans;
    for &place in places {
        // SAFETY: the caller's promise; sixteen bytes end behind the last fours if there are more than four.
        unsafe {
            let mut x = x.add(place);
            for _ in 0..quads / D::STEP {
                match D::STEP {
                    2 => step::<D, 2, false>(state, pixels, x),
                    _ => step::<D, 4, true>(state, pixels, x),
                }
                x = x.add(D::STEP * FOUR);
            }
            match (quads % D::STEP, quads > D::STEP) {
                (0, _) => {}
                (1, _) => step::<D, 1, false>(state, pixels, x),
                (2, false) => step::<D, 2, false>(state, pixels, x),
                (2, true) => step::<D, 2, true>(state, pixels, x),
                (_, false) => step::<D, 3, false>(state, pixels, x),
                (_, true) => step::<D, 3, true>(state, pixels, x),
            }
        }
    }
}

/// Adds the products of some fours, which begin at `x` if the window begins at 0. `WIDE` is [`Dot::spread`]'s.
///
/// # Safety
/// As for [`Tile::run`].
// The state, and even where it is, is read from memory at every step: compilers would otherwise compute the places of all
// weights and sums before the loop and keep them, for which there are no registers.
#[inline(always)]
unsafe fn step<D: Dot, const FOURS: usize, const WIDE: bool>(state: *const *mut State, pixels: usize, x: *const u8) {
    // SAFETY: the caller's promise.
    unsafe {
        let state = *state;
        let State { offsets, weights, from, to } = state.read();
        (*state).weights = weights.add(FOURS * FOUR * COLUMNS);
        (*state).from = to;
        let weights: [D::Weights; FOURS] = std::array::from_fn(|k| D::weights(weights.add(k * FOUR * COLUMNS)));
        macro_rules! pixels {
            ($($i:literal)*) => {
                $(
                    let inputs = D::spread::<FOURS, WIDE>(x.add(*offsets.add($i)));
                    D::add(from.add($i).cast(), to.add($i).cast(), weights, inputs);
                    if pixels == $i + 1 {
                        return;
                    }
                )*
                const { assert!([$($i),*].len() == PIXELS) };
            };
        }
        pixels!(0 1 2 3 4 5 6 7 8 9 10 11 12 13);
    }
}
